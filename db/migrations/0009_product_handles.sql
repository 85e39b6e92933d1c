-- No page has shown a handle yet, so each product gets a readable one: its title, and its id, which keeps it unique.
UPDATE "products" SET "handle" =
	coalesce(nullif(trim(both '-' from left(regexp_replace(lower("title"), '[^a-z0-9]+', '-', 'g'), 48)), ''), 'product')
	|| '-' || regexp_replace(lower(substr("id", 5)), '[^a-z0-9]', '', 'g');--> statement-breakpoint
CREATE INDEX "items_variant" ON "items" USING btree ("variant_id");--> statement-breakpoint
CREATE INDEX "variants_product" ON "variants" USING btree ("product_id");--> statement-breakpoint
ALTER TABLE "products" ADD CONSTRAINT "products_handle" CHECK ("products"."handle" ~ '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$');
