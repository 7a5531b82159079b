output "contract_deployer_policy" {
  description = "ARN of the policy of those who deploy contracts."
  value       = aws_iam_policy.contract_deployer.arn
}

output "functions" {
  description = "Functions by the name the settings give them."
  value = {
    sqs-processor            = { arn = module.sqs_processor.arn, name = module.sqs_processor.name }
    firehose-transform       = { arn = module.firehose_transform.arn, name = module.firehose_transform.name }
    dead-letter-processor    = { arn = module.dead_letter_processor.arn, name = module.dead_letter_processor.name }
    firehose-error-processor = { arn = module.firehose_error_processor.arn, name = module.firehose_error_processor.name }
    circuit-breaker          = { arn = module.circuit_breaker.arn, name = module.circuit_breaker.name }
    topic-sync               = { arn = module.topic_sync.arn, name = module.topic_sync.name }
    get-all-checkpoints      = { arn = module.get_all_checkpoints.arn, name = module.get_all_checkpoints.name }
    acquire-lease            = { arn = module.acquire_lease.arn, name = module.acquire_lease.name }
    release-lease            = { arn = module.release_lease.arn, name = module.release_lease.name }
    report-failure           = { arn = module.report_failure.arn, name = module.report_failure.name }
    standardize              = { arn = module.standardize.arn, name = module.standardize.name }
    curate                   = { arn = module.curate.arn, name = module.curate.name }
    flush-ops                = { arn = module.flush_ops.arn, name = module.flush_ops.name }
    reconcile                = { arn = module.reconcile.arn, name = module.reconcile.name }
    plan-maintenance         = { arn = module.plan_maintenance.arn, name = module.plan_maintenance.name }
    maintain-table           = { arn = module.maintain_table.arn, name = module.maintain_table.name }
    rebuild-topic            = { arn = module.rebuild_topic.arn, name = module.rebuild_topic.name }
  }
}
