project_name   = "lean-ops"
environment    = "prod"
iceberg_bucket = "example-lean-ops-prod-warehouse"
schema_bucket  = "example-lean-ops-prod-schemas"

account_concurrency = 3000
stream_count        = 4
protect_data        = true

alarm_emails = {
  critical = ["on-call@example.com"]
  warning  = ["data-platform@example.com"]
}

topics = {
  "device-telemetry"  = { contract = "device-telemetry.json" }
  "vehicle-positions" = { contract = "vehicle-positions.json", maximum_concurrency = 10 }
  "meter-readings"    = { fifo = true, max_queue_age_seconds = 3600 }

  # A deployment sends a message through it, waits until Athena reads it, and lets the breaker switch its mapping.
  "smoke-test" = {}
}
