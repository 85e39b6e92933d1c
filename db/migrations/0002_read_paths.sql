CREATE INDEX "payments_of_order" ON "payments" USING btree ("sale_id","order_id");--> statement-breakpoint
CREATE INDEX "payments_moved_from" ON "payments" USING btree ("sale_id","moved_from_order_id") WHERE moved_from_order_id is not null;--> statement-breakpoint
CREATE INDEX "intents_late" ON "sandbox"."intents" USING btree ("succeeds_at") WHERE state = 'processing';