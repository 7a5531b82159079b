# One log group per plane and not per function: a round of a topic can be read in one place, and the lines name their
# function.
resource "aws_cloudwatch_log_group" "plane" {
  for_each = toset(["ingestion", "orchestration", "operations"])

  name              = "/aws/lambda/${var.deployment.prefix}/${each.key}"
  retention_in_days = local.platform.logRetentionDays
  kms_key_id        = var.kms_key_arn
}
