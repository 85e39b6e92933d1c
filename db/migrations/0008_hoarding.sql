CREATE TABLE "contact_counts" (
	"sale_id" text NOT NULL,
	"item_id" text NOT NULL,
	"contact" text NOT NULL,
	"quantity" integer NOT NULL,
	CONSTRAINT "contact_counts_sale_id_item_id_contact_pk" PRIMARY KEY("sale_id","item_id","contact"),
	CONSTRAINT "contact_counts_quantity" CHECK ("contact_counts"."quantity" >= 0)
);
--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "contact" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "refusal" text;--> statement-breakpoint
ALTER TABLE "sales" ADD COLUMN "return_ms" integer DEFAULT 500 NOT NULL;--> statement-breakpoint
ALTER TABLE "sales" ADD CONSTRAINT "sales_return" CHECK ("sales"."return_ms" between 0 and 3600000);