# Shares out the account's concurrent executions. No provider is needed: `terraform test` runs it anywhere.

terraform {
  required_version = ">= 1.5"
}

variable "topic_concurrency" {
  description = "Maximum concurrency of the mapping of each topic; null takes the default of the settings."
  type        = map(number)
}

variable "account_concurrency" {
  description = "The account's quota of concurrent executions."
  type        = number
}

locals {
  settings  = "${path.module}/../../../../settings"
  platform  = jsondecode(file("${local.settings}/platform.json"))
  functions = jsondecode(file("${local.settings}/functions.json"))
  mapping   = jsondecode(file("${local.settings}/mappings.json")).topics
  queue     = jsondecode(file("${local.settings}/queues.json")).topic

  mapping_concurrency = {
    for name, wanted in var.topic_concurrency :
    name => max(local.platform.minMappingConcurrency, coalesce(wanted, local.mapping.maximumConcurrency))
  }
  wanted = sum(concat([0], values(local.mapping_concurrency)))

  fixed = {
    for name, setting in local.functions : name => tonumber(setting.reservedConcurrency)
    if setting.reservedConcurrency != null && can(tonumber(setting.reservedConcurrency))
  }
  # Lambda keeps this much for functions without a reservation.
  available = var.account_concurrency - local.platform.unreservedConcurrency - sum(concat([0], values(local.fixed)))
  # A small account cannot reserve at all: everything then shares what there is.
  reserves = local.available >= local.platform.minMappingConcurrency
  granted  = local.reserves ? max(local.platform.minMappingConcurrency, min(local.wanted, local.available)) : max(1, var.account_concurrency)

  oversubscription = max(1, local.wanted / local.granted)
}

output "reserved" {
  description = "Reserved concurrency by function; -1 reserves nothing."
  value = {
    for name, setting in local.functions : name => (
      !local.reserves || setting.reservedConcurrency == null ? -1 : lookup(local.fixed, name, local.granted)
    )
  }
}

output "mapping" {
  description = "Maximum concurrency of the mapping of each topic."
  value       = local.mapping_concurrency
}

output "wanted" {
  description = "Executions the mappings of all topics may ask for at once."
  value       = local.wanted
}

output "granted" {
  description = "Executions the shared processor gets."
  value       = local.granted
}

output "oversubscription" {
  description = "Wanted by granted; above 1, bursts of all topics at once are throttled."
  value       = local.oversubscription
}

output "max_receive_count" {
  description = "Receives before a message is dead-lettered. A throttled invocation costs one, so it grows with the oversubscription."
  value       = ceil(local.queue.maxReceiveCount * local.oversubscription)
}

output "recommended_quota" {
  description = "The account quota at which nothing is oversubscribed, in steps of 100."
  value       = 100 * ceil((local.wanted + local.platform.unreservedConcurrency + sum(concat([0], values(local.fixed)))) / 100)
}
