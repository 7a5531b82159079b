locals {
  settings  = "${path.module}/../../../settings"
  functions = jsondecode(file("${local.settings}/functions.json"))
  stream    = jsondecode(file("${local.settings}/streams.json")).raw
  platform  = jsondecode(file("${local.settings}/platform.json"))

  arn            = "arn:${var.deployment.partition}"
  place          = "${var.deployment.region}:${var.deployment.account}"
  function_arn   = { for name in keys(local.functions) : name => "${local.arn}:lambda:${local.place}:function:${var.deployment.prefix}-${name}" }
  stream_names   = [for index in range(var.stream_count) : "${var.deployment.prefix}-raw-${index}"]
  warehouse      = "warehouse"
  state_table    = reverse(split("/", var.state_table_arn))[0]
  masking_secret = var.masking_secret_arn == null ? [] : [var.masking_secret_arn]
  lineage_secret = var.lineage_secret_arn == null ? [] : [var.lineage_secret_arn]

  breaker_overrides = {
    windowMinutes     = var.breakers.window_minutes
    minMessages       = var.breakers.min_messages
    globalMinMessages = var.breakers.global_min_messages
    maxErrorRate      = var.breakers.max_error_rate
  }
  breakers = { for name, value in local.breaker_overrides : name => value if value != null }

  # Hundreds of queues do not fit a policy: their names are a pattern. It would match those of a project whose name begins
  # with this prefix: README.md, "Names".
  topic_queue_arns = [
    "${local.arn}:sqs:${local.place}:${var.deployment.prefix}-*-queue",
    "${local.arn}:sqs:${local.place}:${var.deployment.prefix}-*-queue.fifo",
  ]

  # The values of every variable a function may ask for.
  variables = {
    LEAN_OPS_PROJECT             = var.deployment.project
    LEAN_OPS_ENVIRONMENT         = var.deployment.env
    LEAN_OPS_STATE_TABLE         = local.state_table
    LEAN_OPS_ARCHIVE_BUCKET      = var.buckets.archive.id
    LEAN_OPS_WAREHOUSE           = "s3://${var.buckets.warehouse.id}/${local.warehouse}"
    LEAN_OPS_CATALOG             = "glue"
    LEAN_OPS_STREAMS             = join(",", local.stream_names)
    LEAN_OPS_TOPICS              = "s3://${var.buckets.schemas.id}/topics.json"
    LEAN_OPS_PROCESSOR_ARN       = local.function_arn["sqs-processor"]
    LEAN_OPS_BREAKERS            = jsonencode(merge(local.platform.breakers, local.breakers))
    LEAN_OPS_MASKING_SECRET      = var.masking_secret_arn == null ? "" : var.masking_secret_arn
    LEAN_OPS_LINEAGE             = var.lineage_endpoint == null ? "" : var.lineage_endpoint
    LEAN_OPS_LINEAGE_SECRET      = var.lineage_secret_arn == null ? "" : var.lineage_secret_arn
    POWERTOOLS_SERVICE_NAME      = var.deployment.prefix
    POWERTOOLS_METRICS_NAMESPACE = local.platform.metricsNamespace
    POWERTOOLS_LOG_LEVEL         = "INFO"
    POWERTOOLS_TRACE_ENABLED     = tostring(var.tracing)
  }
  common_variables = [
    "LEAN_OPS_PROJECT",
    "LEAN_OPS_ENVIRONMENT",
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_LOG_LEVEL",
    "POWERTOOLS_TRACE_ENABLED",
  ]

  # What is the same for every function.
  shared = {
    prefix               = var.deployment.prefix
    platform             = local.platform
    functions            = local.functions
    kms_key_arn          = var.kms_key_arn
    failed_queue_arn     = var.failed_queue_arn
    code_signing         = var.code_signing
    log_groups           = { for plane, group in aws_cloudwatch_log_group.plane : plane => { name = group.name, arn = group.arn } }
    reserved_concurrency = var.reserved_concurrency
    environment = {
      for name, setting in local.functions : name => {
        for variable in concat(local.common_variables, setting.environment) : variable => local.variables[variable]
        if local.variables[variable] != ""
      }
    }
  }
}
