data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  prefix    = "${var.project_name}-${var.environment}"
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.region

  tags = {
    Project     = var.project_name
    Environment = var.environment
    ManagedBy   = "terraform"
  }

  archive_bucket = coalesce(var.archive_bucket, "${local.prefix}-archive-${local.account}")

  # What every module needs to name things. ARNs are composed, not looked up: modules then depend on each other only
  # where one must exist before the other.
  deployment = {
    project   = var.project_name
    env       = var.environment
    prefix    = local.prefix
    account   = local.account
    partition = local.partition
    region    = local.region
  }

  topics = {
    for name, topic in var.topics : name => merge(topic, {
      queue_name = "${local.prefix}-${name}-queue${topic.fifo ? ".fifo" : ""}"
      table_name = replace(name, "-", "_")
    })
  }
}

module "concurrency" {
  source = "./modules/compute/concurrency"

  topic_concurrency   = { for name, topic in var.topics : name => topic.maximum_concurrency }
  account_concurrency = var.account_concurrency
}

module "storage" {
  source = "./modules/storage"

  deployment        = local.deployment
  iceberg_bucket    = var.iceberg_bucket
  schema_bucket     = var.schema_bucket
  archive_bucket    = local.archive_bucket
  access_log_bucket = var.access_log_bucket
  protect_data      = var.protect_data
  topics            = local.topics
}

module "state" {
  source = "./modules/state"

  deployment   = local.deployment
  kms_key_arn  = module.storage.kms_key_arn
  protect_data = var.protect_data
}

module "messaging" {
  source = "./modules/messaging"

  deployment        = local.deployment
  topics            = local.topics
  max_receive_count = module.concurrency.max_receive_count
  archive_bucket    = local.archive_bucket
}

module "catalog" {
  source = "./modules/catalog"

  deployment     = local.deployment
  iceberg_bucket = module.storage.buckets.warehouse.id
}

module "compute" {
  source = "./modules/compute"

  deployment           = local.deployment
  reserved_concurrency = module.concurrency.reserved
  kms_key_arn          = module.storage.kms_key_arn
  buckets              = module.storage.buckets
  databases            = module.catalog.databases
  state_table_arn      = module.state.table_arn
  failed_queue_arn     = module.messaging.central_queues["failed-invocations"].arn
  stream_count         = var.stream_count
  code_signing         = var.code_signing
  masking_secret_arn   = var.masking_secret_arn
  lineage_endpoint     = var.lineage_endpoint
  lineage_secret_arn   = var.lineage_secret_arn
  tracing              = var.tracing
  breakers             = var.breakers
}

module "ingestion" {
  source = "./modules/ingestion"

  deployment          = local.deployment
  topics              = local.topics
  stream_count        = var.stream_count
  topic_queues        = module.messaging.topic_queues
  central_queues      = module.messaging.central_queues
  functions           = module.compute.functions
  buckets             = module.storage.buckets
  databases           = module.catalog.databases
  kms_key_arn         = module.storage.kms_key_arn
  topics_document     = module.storage.topics_document
  mapping_concurrency = module.concurrency.mapping
}

module "orchestration" {
  source = "./modules/orchestration"

  deployment       = local.deployment
  functions        = module.compute.functions
  failed_queue_arn = module.messaging.central_queues["failed-invocations"].arn
  kms_key_arn      = module.storage.kms_key_arn
  spark_job_name   = var.spark_job_name
}

module "observability" {
  source = "./modules/observability"

  deployment   = local.deployment
  topics       = local.topics
  stream_count = var.stream_count
  kms_key_arn  = module.storage.kms_key_arn
  runbook_url  = var.runbook_url
  alarm_emails = var.alarm_emails
}

check "processor_concurrency" {
  assert {
    condition     = module.concurrency.oversubscription <= 2
    error_message = "The mappings may ask for ${module.concurrency.wanted} executions and ${module.concurrency.granted} are reserved: raise the account's concurrency to ${module.concurrency.recommended_quota} (see README.md, \"Concurrency\")."
  }
}

check "spark_job" {
  assert {
    condition     = var.spark_job_name != null || alltrue([for topic in values(var.topics) : coalesce(topic.engine, "node") == "node"])
    error_message = "A topic has engine spark, and there is no spark_job_name: its rounds will fail."
  }
}
