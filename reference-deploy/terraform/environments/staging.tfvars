project_name   = "lean-ops"
environment    = "staging"
iceberg_bucket = "example-lean-ops-staging-warehouse"
schema_bucket  = "example-lean-ops-staging-schemas"

account_concurrency = 1000
stream_count        = 2
protect_data        = true

topics = {
  "device-telemetry"  = { contract = "device-telemetry.json" }
  "vehicle-positions" = { contract = "vehicle-positions.json", maximum_concurrency = 10 }
  "meter-readings"    = { fifo = true, max_queue_age_seconds = 3600 }

  # A deployment sends a message through it, waits until Athena reads it, and lets the breaker switch its mapping.
  "smoke-test" = {}
}
