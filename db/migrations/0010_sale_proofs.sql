ALTER TABLE "sales" ADD COLUMN "proof" text DEFAULT 'none' NOT NULL;--> statement-breakpoint
ALTER TABLE "sales" ADD CONSTRAINT "sales_proof" CHECK ("sales"."proof" in ('none', 'order', 'reserves'));