output "alarm_topics" {
  description = "SNS topics by severity, to subscribe to."
  value       = module.observability.alarm_topics
}

output "buckets" {
  description = "Names of the buckets, by role."
  value       = { for role, bucket in module.storage.buckets : role => bucket.id }
}

output "concurrency" {
  description = "How the account's concurrent executions are shared out."
  value = {
    wanted            = module.concurrency.wanted
    granted           = module.concurrency.granted
    oversubscription  = module.concurrency.oversubscription
    max_receive_count = module.concurrency.max_receive_count
    recommended_quota = module.concurrency.recommended_quota
  }
}

output "contract_deployer_policy" {
  description = "ARN of the policy that deployers of contracts need: attach it to their role."
  value       = module.compute.contract_deployer_policy
}

output "databases" {
  description = "Glue databases, by layer."
  value       = module.catalog.databases
}

output "functions" {
  description = "ARNs of the functions, by name."
  value       = { for name, function in module.compute.functions : name => function.arn }
}

output "region" {
  description = "Where all of this is."
  value       = local.region
}

output "state_machines" {
  description = "ARNs of the state machines, by name."
  value       = module.orchestration.state_machines
}

output "state_table" {
  description = "Name of the DynamoDB table."
  value       = module.state.table_name
}

output "topic_queue_urls" {
  description = "Where producers send, by topic."
  value       = { for name, queue in module.messaging.topic_queues : name => queue.url }
}
