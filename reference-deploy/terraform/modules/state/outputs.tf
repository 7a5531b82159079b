output "table_arn" {
  description = "The one table of all state."
  value       = aws_dynamodb_table.state.arn
}

output "table_name" {
  description = "Its name."
  value       = aws_dynamodb_table.state.name
}
