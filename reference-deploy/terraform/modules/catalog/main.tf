locals {
  databases = jsondecode(file("${path.module}/../../../settings/databases.json"))
  name      = replace(var.deployment.prefix, "-", "_")
}

# Databases only. Tables come from commits of the catalog (topic-sync, the jobs): Firehose and Iceberg disagree with
# tables that Glue's own DDL made.
resource "aws_glue_catalog_database" "this" {
  for_each = local.databases

  name         = "${local.name}_${each.key}"
  description  = each.value
  location_uri = "s3://${var.iceberg_bucket}/warehouse/${local.name}_${each.key}"
}
