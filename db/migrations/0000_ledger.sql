CREATE SCHEMA "sandbox";
--> statement-breakpoint
CREATE TABLE "buyer_counts" (
	"sale_id" text NOT NULL,
	"item_id" text NOT NULL,
	"buyer_id" text NOT NULL,
	"quantity" integer NOT NULL,
	CONSTRAINT "buyer_counts_sale_id_item_id_buyer_id_pk" PRIMARY KEY("sale_id","item_id","buyer_id"),
	CONSTRAINT "buyer_counts_quantity" CHECK ("buyer_counts"."quantity" >= 0)
);
--> statement-breakpoint
CREATE TABLE "items" (
	"sale_id" text NOT NULL,
	"id" text NOT NULL,
	"position" integer NOT NULL,
	"variant_id" text NOT NULL,
	"price_minor" integer NOT NULL,
	"allocation" integer NOT NULL,
	"limit_per_buyer" integer NOT NULL,
	CONSTRAINT "items_sale_id_id_pk" PRIMARY KEY("sale_id","id"),
	CONSTRAINT "items_price" CHECK ("items"."price_minor" >= 0),
	CONSTRAINT "items_allocation" CHECK ("items"."allocation" between 1 and 5000000),
	CONSTRAINT "items_limit" CHECK ("items"."limit_per_buyer" >= 1)
);
--> statement-breakpoint
CREATE TABLE "order_lines" (
	"sale_id" text NOT NULL,
	"order_id" text NOT NULL,
	"item_id" text NOT NULL,
	"numbers" integer[] NOT NULL,
	"price_minor" integer NOT NULL,
	CONSTRAINT "order_lines_sale_id_order_id_item_id_pk" PRIMARY KEY("sale_id","order_id","item_id"),
	CONSTRAINT "order_lines_numbers" CHECK (cardinality("order_lines"."numbers") >= 1),
	CONSTRAINT "order_lines_price" CHECK ("order_lines"."price_minor" >= 0)
);
--> statement-breakpoint
CREATE TABLE "orders" (
	"sale_id" text NOT NULL,
	"id" text NOT NULL,
	"number" bigint GENERATED ALWAYS AS IDENTITY (sequence name "orders_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 100001 CACHE 1),
	"buyer_id" text NOT NULL,
	"hold_id" text NOT NULL,
	"body_hash" text NOT NULL,
	"state" text NOT NULL,
	"total_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"pay_by" timestamp (3) with time zone NOT NULL,
	"placed_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"paid_at" timestamp (3) with time zone,
	"email" text NOT NULL,
	"details" text NOT NULL,
	"entry_id" text NOT NULL,
	CONSTRAINT "orders_sale_id_id_pk" PRIMARY KEY("sale_id","id"),
	CONSTRAINT "orders_state" CHECK ("orders"."state" in ('awaiting_payment', 'capturing', 'paid', 'expired', 'cancelled', 'rejected')),
	CONSTRAINT "orders_total" CHECK ("orders"."total_minor" >= 0),
	CONSTRAINT "orders_paid" CHECK (("orders"."state" = 'paid') = ("orders"."paid_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "payments" (
	"sale_id" text NOT NULL,
	"id" text NOT NULL,
	"order_id" text NOT NULL,
	"moved_from_order_id" text,
	"provider" text NOT NULL,
	"reference" text,
	"last_four" text NOT NULL,
	"state" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "payments_sale_id_id_pk" PRIMARY KEY("sale_id","id"),
	CONSTRAINT "payments_amount" CHECK ("payments"."amount_minor" >= 0),
	CONSTRAINT "payments_state" CHECK ("payments"."state" in ('creating', 'requires_action', 'processing', 'authorised', 'capturing', 'captured', 'declined', 'voided'))
);
--> statement-breakpoint
CREATE TABLE "products" (
	"id" text PRIMARY KEY NOT NULL,
	"handle" text NOT NULL,
	"title" text NOT NULL,
	"description" text NOT NULL,
	"image" text NOT NULL,
	"image_alt" text NOT NULL,
	CONSTRAINT "products_handle_unique" UNIQUE("handle")
);
--> statement-breakpoint
CREATE TABLE "sales" (
	"id" text PRIMARY KEY NOT NULL,
	"slug" text NOT NULL,
	"title" text NOT NULL,
	"description" text NOT NULL,
	"state" text DEFAULT 'draft' NOT NULL,
	"opens_at" timestamp (3) with time zone NOT NULL,
	"closes_at" timestamp (3) with time zone NOT NULL,
	"currency" text NOT NULL,
	"hold_seconds" integer NOT NULL,
	"pay_seconds" integer NOT NULL,
	"extensions" integer NOT NULL,
	"paused_at" timestamp (3) with time zone,
	"paused_ms" bigint DEFAULT 0 NOT NULL,
	"epoch" integer DEFAULT 0 NOT NULL,
	"nonce" text DEFAULT '' NOT NULL,
	"demo" boolean DEFAULT false NOT NULL,
	CONSTRAINT "sales_slug_unique" UNIQUE("slug"),
	CONSTRAINT "sales_window" CHECK ("sales"."closes_at" > "sales"."opens_at"),
	CONSTRAINT "sales_hold" CHECK ("sales"."hold_seconds" between 1 and 3600),
	CONSTRAINT "sales_pay" CHECK ("sales"."pay_seconds" between 1 and 86400),
	CONSTRAINT "sales_extensions" CHECK ("sales"."extensions" between 0 and 5),
	CONSTRAINT "sales_paused" CHECK ("sales"."paused_ms" >= 0),
	CONSTRAINT "sales_currency" CHECK ("sales"."currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "sales_slug" CHECK ("sales"."slug" ~ '^[a-z0-9][a-z0-9-]{0,63}$')
);
--> statement-breakpoint
CREATE TABLE "units" (
	"sale_id" text NOT NULL,
	"item_id" text NOT NULL,
	"number" integer NOT NULL,
	"order_id" text,
	CONSTRAINT "units_sale_id_item_id_number_pk" PRIMARY KEY("sale_id","item_id","number"),
	CONSTRAINT "units_number" CHECK ("units"."number" >= 1)
);
--> statement-breakpoint
CREATE TABLE "variants" (
	"id" text PRIMARY KEY NOT NULL,
	"product_id" text NOT NULL,
	"title" text NOT NULL,
	"list_price_minor" integer,
	"currency" text NOT NULL,
	CONSTRAINT "variants_price" CHECK ("variants"."list_price_minor" >= 0),
	CONSTRAINT "variants_currency" CHECK ("variants"."currency" ~ '^[A-Z]{3}$')
);
--> statement-breakpoint
CREATE TABLE "sandbox"."events" (
	"id" text PRIMARY KEY NOT NULL,
	"intent_id" text NOT NULL,
	"type" text NOT NULL,
	"deliver_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"delivered" boolean DEFAULT false NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sandbox"."intents" (
	"id" text PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"state" text NOT NULL,
	"succeeds_at" timestamp (3) with time zone,
	"captures" integer DEFAULT 0 NOT NULL,
	"voids" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "intents_key_unique" UNIQUE("key")
);
--> statement-breakpoint
ALTER TABLE "items" ADD CONSTRAINT "items_sale_id_sales_id_fk" FOREIGN KEY ("sale_id") REFERENCES "public"."sales"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "items" ADD CONSTRAINT "items_variant_id_variants_id_fk" FOREIGN KEY ("variant_id") REFERENCES "public"."variants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_lines" ADD CONSTRAINT "order_lines_sale_id_order_id_orders_sale_id_id_fk" FOREIGN KEY ("sale_id","order_id") REFERENCES "public"."orders"("sale_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_sale_id_order_id_orders_sale_id_id_fk" FOREIGN KEY ("sale_id","order_id") REFERENCES "public"."orders"("sale_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "variants" ADD CONSTRAINT "variants_product_id_products_id_fk" FOREIGN KEY ("product_id") REFERENCES "public"."products"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "items_position" ON "items" USING btree ("sale_id","position");--> statement-breakpoint
CREATE UNIQUE INDEX "orders_one_per_hold" ON "orders" USING btree ("sale_id","hold_id");--> statement-breakpoint
CREATE INDEX "orders_due" ON "orders" USING btree ("sale_id","pay_by") WHERE state = 'awaiting_payment';--> statement-breakpoint
CREATE UNIQUE INDEX "payments_one_live" ON "payments" USING btree ("sale_id","order_id") WHERE state not in ('declined', 'voided');--> statement-breakpoint
CREATE INDEX "payments_by_id" ON "payments" USING btree ("id");--> statement-breakpoint
CREATE INDEX "payments_open" ON "payments" USING btree ("updated_at") WHERE state not in ('declined', 'voided', 'captured');--> statement-breakpoint
CREATE INDEX "events_due" ON "sandbox"."events" USING btree ("deliver_at") WHERE not delivered;