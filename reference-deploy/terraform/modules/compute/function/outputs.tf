output "arn" {
  description = "The function; usable once its policy is in place."
  value       = aws_lambda_function.this.arn

  depends_on = [aws_iam_role_policy.this]
}

output "name" {
  description = "Its name."
  value       = aws_lambda_function.this.function_name
}
