output "topic_queues" {
  description = "Queues by topic."
  value       = { for name, queue in aws_sqs_queue.topic : name => { arn = queue.arn, url = queue.url } }
}

output "central_queues" {
  description = "Dead letters, Firehose's errors and failed invocations."
  value       = { for key, queue in aws_sqs_queue.central : key => { arn = queue.arn, url = queue.url } }
}
