output "alarm_topics" {
  description = "SNS topics by severity."
  value       = { for severity, topic in aws_sns_topic.alarms : severity => topic.arn }
}
