ALTER TABLE "sandbox"."events" ALTER COLUMN "deliver_at" SET DATA TYPE timestamp with time zone;--> statement-breakpoint
ALTER TABLE "sandbox"."events" ALTER COLUMN "deliver_at" SET DEFAULT now();--> statement-breakpoint
ALTER TABLE "sandbox"."intents" ALTER COLUMN "succeeds_at" SET DATA TYPE timestamp with time zone;