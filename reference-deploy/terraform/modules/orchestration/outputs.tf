output "state_machines" {
  description = "ARNs by name."
  value       = { for name, machine in aws_sfn_state_machine.this : name => machine.arn }
}
