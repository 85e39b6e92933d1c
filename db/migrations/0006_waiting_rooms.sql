CREATE TABLE "room_segments" (
	"sale_id" text NOT NULL,
	"number" integer NOT NULL,
	"at_ms" bigint NOT NULL,
	"base" double precision NOT NULL,
	"rate" double precision NOT NULL,
	CONSTRAINT "room_segments_sale_id_number_pk" PRIMARY KEY("sale_id","number"),
	CONSTRAINT "room_segments_rate" CHECK ("room_segments"."rate" >= 0 and "room_segments"."base" >= 0)
);
--> statement-breakpoint
CREATE TABLE "rooms" (
	"sale_id" text PRIMARY KEY NOT NULL,
	"seed" text NOT NULL,
	"seen" integer DEFAULT 0 NOT NULL,
	"joiners" integer,
	"reserved" bigint DEFAULT 0 NOT NULL,
	"manual_rate" double precision,
	CONSTRAINT "rooms_seed" CHECK ("rooms"."seed" ~ '^[0-9a-f]{64}$'),
	CONSTRAINT "rooms_counts" CHECK ("rooms"."seen" >= 0 and "rooms"."reserved" >= 0 and ("rooms"."joiners" is null or "rooms"."joiners" >= 0)),
	CONSTRAINT "rooms_rate" CHECK ("rooms"."manual_rate" is null or "rooms"."manual_rate" >= 0)
);
--> statement-breakpoint
ALTER TABLE "rooms" ADD CONSTRAINT "rooms_sale_id_sales_id_fk" FOREIGN KEY ("sale_id") REFERENCES "public"."sales"("id") ON DELETE no action ON UPDATE no action;