DROP INDEX "orders_one_per_hold";--> statement-breakpoint
DROP INDEX "orders_due";--> statement-breakpoint
CREATE UNIQUE INDEX "orders_one_per_hold" ON "orders" USING btree ("sale_id","hold_id") WHERE state <> 'rejected';--> statement-breakpoint
CREATE INDEX "orders_due" ON "orders" USING btree ("pay_by","sale_id") WHERE state = 'awaiting_payment';