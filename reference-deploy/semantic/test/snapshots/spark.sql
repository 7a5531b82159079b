-- _schema.sql
-- Made by lean-ops semantic.
CREATE NAMESPACE IF NOT EXISTS `lake`.`semantic`;

-- big_orders.sql
-- Made by lean-ops semantic from shop.yaml: change that, not this.
-- Orders with a customer who is known
CREATE OR REPLACE VIEW `lake`.`semantic`.`big_orders`
COMMENT 'Orders with a customer who is known'
AS
SELECT
  `orders`.`id` AS `id`,
  `c`.`name` AS `name`
FROM `lake`.`curated`.`orders` AS `orders`
INNER JOIN `lake`.`curated`.`customers` AS `c` ON (`c`.`id` = `orders`.`customer`)
WHERE ((((`orders`.`amount` > 0) OR (`orders`.`amount` IS NULL)) AND (`orders`.`quantity` NOT IN (0, 1))) AND (`c`.`name` IS NOT NULL));

-- everything.sql
-- Made by lean-ops semantic from shop.yaml: change that, not this.
-- One row of figures
CREATE OR REPLACE VIEW `lake`.`semantic`.`everything`
COMMENT 'One row of figures'
AS
SELECT
  CAST(COUNT(*) AS BIGINT) AS `orders`,
  MAX(`orders`.`id`) AS `most`,
  CAST(SUM(CAST(CAST(CAST(`orders`.`quantity` AS DECIMAL(10, 0)) + CAST(`orders`.`quantity` AS DECIMAL(10, 0)) AS DECIMAL(11, 0)) AS DECIMAL(11, 0))) AS DECIMAL(38, 0)) AS `pieces`
FROM `lake`.`curated`.`orders` AS `orders`
WHERE (`orders`.`id` < 9007199254740993);

-- order_lines.sql
-- Made by lean-ops semantic from shop.yaml: change that, not this.
-- Every order with its customer's name.
-- It's here that \ and ' and ${x} stand in a description.
-- Shows what contracts mask: card (of o.card).
CREATE OR REPLACE VIEW `lake`.`semantic`.`order_lines`
COMMENT 'Every order with its customer\'s name.
It\'s here that \\ and \' and \u0024{x} stand in a description.'
AS
SELECT
  `o`.`id` AS `id`,
  COALESCE(`c`.`name`, ('customer ' || `o`.`customer`), '?') AS `customer`,
  `o`.`order` AS `order`,
  CAST(CAST(`o`.`amount` AS DECIMAL(10, 2)) * CAST(`o`.`quantity` AS DECIMAL(10, 0)) AS DECIMAL(21, 2)) AS `total`,
  CAST(CAST(`o`.`quantity` AS DECIMAL(10, 0)) + CAST(1 AS DECIMAL(1, 0)) AS DECIMAL(11, 0)) AS `next_quantity`,
  (- CAST(`o`.`quantity` AS DECIMAL(10, 0))) AS `fewer`,
  (CAST(`o`.`amount` AS DOUBLE) / NULLIF(`o`.`weight`, 0)) AS `each_kg`,
  (CAST(`o`.`amount` AS DOUBLE) / NULLIF(CAST(`o`.`quantity` AS DOUBLE), 0)) AS `by_zero`,
  CAST(ROUND(`o`.`amount`, 1) AS DECIMAL(10, 1)) AS `rounded`,
  ABS(CAST(`o`.`amount` AS DECIMAL(10, 2))) AS `size`,
  `o`.`placed` AS `placed`,
  DATE_FROM_UNIX_DATE(CAST((UNIX_MICROS(`o`.`placed`) - PMOD(UNIX_MICROS(`o`.`placed`), 86400000000)) DIV 86400000000 AS INT)) AS `placed_on`,
  TRUNC(DATE_FROM_UNIX_DATE(CAST((UNIX_MICROS(`o`.`placed`) - PMOD(UNIX_MICROS(`o`.`placed`), 86400000000)) DIV 86400000000 AS INT)), 'MONTH') AS `placed_in`,
  CAST(YEAR(DATE_FROM_UNIX_DATE(CAST((UNIX_MICROS(`o`.`placed`) - PMOD(UNIX_MICROS(`o`.`placed`), 86400000000)) DIV 86400000000 AS INT))) AS INT) AS `placed_year`,
  CAST(PMOD(UNIX_MICROS(`o`.`placed`), 86400000000) DIV 3600000000 AS INT) AS `placed_hour`,
  CAST(`o`.`wanted` AS DATE) AS `wanted_on`,
  HOUR(`o`.`wanted`) AS `wanted_hour`,
  TRUNC(`o`.`due`, 'MONTH') AS `due_in`,
  CAST(`o`.`due` AS STRING) AS `due_text`,
  CAST(`o`.`quantity` AS STRING) AS `quantity_text`,
  UPPER(`o`.`state`) AS `shout`,
  CAST(LENGTH(`o`.`order`) AS BIGINT) AS `letters`,
  SUBSTR(`o`.`order`, 2, 3) AS `start`,
  (`o`.`state` IN ('it\'s', 'a\\b', '\u0024{x}')) AS `is_odd`,
  ((`o`.`state` = 'open') OR `o`.`paid`) AS `open_or_paid`,
  (NOT COALESCE(`o`.`paid`, FALSE)) AS `unpaid`,
  ((`o`.`placed` < TIMESTAMP '2026-02-01 00:00:00.000000+00:00') AND (`o`.`due` >= DATE '1970-01-01')) AS `late`,
  CASE WHEN (`o`.`amount` < 0) THEN 'refund' WHEN (`o`.`amount` >= 1000) THEN 'large' ELSE 'sale' END AS `kind`,
  CASE WHEN (`o`.`weight` > CAST(1 AS DOUBLE)) THEN `o`.`weight` ELSE CAST(`o`.`quantity` AS DOUBLE) END AS `lighter`,
  NULLIF(`o`.`state`, 'open') AS `maybe`,
  `o`.`card` AS `card`
FROM `lake`.`curated`.`orders` AS `o`
LEFT JOIN `lake`.`curated`.`customers` AS `c` ON (`c`.`id` = `o`.`customer`);

-- order_totals.sql
-- Made by lean-ops semantic from shop.yaml: change that, not this.
-- What customers spent, by state and month
CREATE OR REPLACE VIEW `lake`.`semantic`.`order_totals`
COMMENT 'What customers spent, by state and month'
AS
SELECT
  COALESCE(`o`.`customer`, 'none') AS `customer`,
  TRUNC(DATE_FROM_UNIX_DATE(CAST((UNIX_MICROS(`o`.`placed`) - PMOD(UNIX_MICROS(`o`.`placed`), 86400000000)) DIV 86400000000 AS INT)), 'MONTH') AS `month`,
  CAST(COUNT(*) AS BIGINT) AS `orders`,
  CAST(COUNT(`o`.`amount`) AS BIGINT) AS `priced`,
  CAST(COUNT(DISTINCT `o`.`state`) AS BIGINT) AS `states`,
  CAST(SUM(CAST(`o`.`amount` AS DECIMAL(10, 2))) AS DECIMAL(38, 2)) AS `spent`,
  CAST(SUM(CAST(`o`.`quantity` AS DECIMAL(10, 0))) AS DECIMAL(38, 0)) AS `pieces`,
  CAST(SUM(CAST(`o`.`weight` AS DOUBLE)) AS DOUBLE) AS `weight`,
  (CAST(CAST(SUM(CAST(`o`.`amount` AS DECIMAL(10, 2))) AS DECIMAL(38, 2)) AS DOUBLE) / NULLIF(CAST(COUNT(`o`.`amount`) AS DOUBLE), 0)) AS `mean`,
  AVG(`o`.`weight`) AS `mean_weight`,
  MIN(`o`.`placed`) AS `first`,
  MAX(`o`.`order`) AS `last_order`,
  (CAST(CAST(SUM(CAST(CASE WHEN (`o`.`state` = 'open') THEN 1 ELSE 0 END AS DECIMAL(10, 0))) AS DECIMAL(38, 0)) AS DOUBLE) / NULLIF(CAST(CAST(COUNT(*) AS BIGINT) AS DOUBLE), 0)) AS `open_share`,
  CAST(COUNT(DISTINCT `o`.`card`) AS BIGINT) AS `cards`
FROM `lake`.`curated`.`orders` AS `o`
GROUP BY 1, 2;
