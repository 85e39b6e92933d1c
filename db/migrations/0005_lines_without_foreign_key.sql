ALTER TABLE "order_lines" DROP CONSTRAINT "order_lines_sale_id_order_id_orders_sale_id_id_fk";
