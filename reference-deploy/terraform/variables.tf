variable "project_name" {
  description = "First part of every resource name."
  type        = string
  default     = "lean-ops"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.project_name))
    error_message = "project_name takes 2 to 20 lower-case letters, digits and hyphens, beginning with a letter."
  }

  # Policies name the queues of all topics by a pattern: acme-dev-*-queue is of project acme in dev, and would take in those of
  # a project acme-dev.
  validation {
    condition     = !can(regex("-(dev|develop|test|qa|stage|staging|prod|production)$", var.project_name))
    error_message = "project_name ends like the name of another deployment, whose policies would cover its queues."
  }
}

variable "environment" {
  description = "Second part of every resource name: dev, staging, prod, …"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,9}$", var.environment))
    error_message = "environment takes 2 to 10 lower-case letters and digits, beginning with a letter."
  }
}

variable "topics" {
  description = <<-TEXT
    Topics by the name their queue carries. `{}` takes every default:
    fifo: a FIFO queue. envelope: auto, bare or wrapped. engine: node or spark.
    schedule: every-round, hourly or daily (UTC); what is not due waits in RAW.
    freshness_objective_seconds: from event to the last layer; what a schedule makes events wait is allowed for. contract: file in the contracts folder; without one the topic ends at Standardized.
    maximum_concurrency, batch_size, window_seconds: of its event source mapping. max_queue_age_seconds: when its queue raises an alarm.
  TEXT
  type = map(object({
    fifo                        = optional(bool, false)
    envelope                    = optional(string)
    engine                      = optional(string)
    schedule                    = optional(string)
    freshness_objective_seconds = optional(number, 1800)
    contract                    = optional(string)
    maximum_concurrency         = optional(number)
    batch_size                  = optional(number)
    window_seconds              = optional(number)
    max_queue_age_seconds       = optional(number, 900)
  }))

  validation {
    condition     = alltrue([for name in keys(var.topics) : can(regex("^[a-z][a-z0-9_-]{0,36}$", name))])
    error_message = "Topic names take up to 37 lower-case letters, digits, hyphens and underscores, beginning with a letter."
  }

  validation {
    condition     = length(distinct([for name in keys(var.topics) : replace(name, "-", "_")])) == length(var.topics)
    error_message = "Two topics would write the same tables: hyphens and underscores are one letter in table names."
  }

  validation {
    condition = alltrue([
      for name in keys(var.topics) :
      replace(name, "-", "_") != "unknown" && !can(regex("_(staging|errors|parse_errors)$", replace(name, "-", "_")))
    ])
    error_message = "unknown, and names that end in _staging, _errors or _parse_errors, are kept for tables of the platform."
  }

  validation {
    condition = alltrue([
      for topic in values(var.topics) :
      contains(["auto", "bare", "wrapped"], coalesce(topic.envelope, "auto")) && contains(["node", "spark"], coalesce(topic.engine, "node"))
    ])
    error_message = "envelope is auto, bare or wrapped; engine is node or spark."
  }

  validation {
    condition     = alltrue([for topic in values(var.topics) : contains(["every-round", "hourly", "daily"], coalesce(topic.schedule, "every-round"))])
    error_message = "schedule is every-round, hourly or daily."
  }

  validation {
    condition = alltrue([
      for topic in values(var.topics) :
      coalesce(topic.window_seconds, 5) <= 300 && coalesce(topic.window_seconds, 5) >= (!topic.fifo && coalesce(topic.batch_size, 1000) > 10 ? 1 : 0)
    ])
    error_message = "window_seconds is 0 to 300, and at least 1 where batch_size is above 10, as it is by default."
  }

  validation {
    condition = alltrue([
      for topic in values(var.topics) :
      coalesce(topic.maximum_concurrency, 2) >= 2 && coalesce(topic.maximum_concurrency, 2) <= 1000 && coalesce(topic.batch_size, 10) >= 1
      && coalesce(topic.batch_size, 10) <= (topic.fifo ? 10 : 10000) && (!topic.fifo || topic.window_seconds == null)
    ])
    error_message = "maximum_concurrency is 2 to 1000; batch_size at most 10000, of a FIFO topic 10; a FIFO topic has no window."
  }
}

variable "iceberg_bucket" {
  description = "Name of the bucket of table files. It is made."
  type        = string
}

variable "schema_bucket" {
  description = "Name of the versioned bucket of contracts. It is made."
  type        = string
}

variable "archive_bucket" {
  description = "Name of the bucket of dead letters, quarantine and delivery failures. It is made. Default: {project}-{environment}-archive-{account}."
  type        = string
  default     = null
}

variable "access_log_bucket" {
  description = "An existing bucket that takes the access logs of ours, if there is one."
  type        = string
  default     = null
}

variable "account_concurrency" {
  description = "The account's quota of concurrent Lambda executions in this region (`npm run deploy -- --env NAME --plan-only` prints it)."
  type        = number
  default     = 1000
}

variable "stream_count" {
  description = "Firehose streams the topics are spread over, 1 to 10. A changed number moves topics to other streams."
  type        = number
  default     = 2

  validation {
    condition     = var.stream_count >= 1 && var.stream_count <= 10 && floor(var.stream_count) == var.stream_count
    error_message = "stream_count is a whole number from 1 to 10."
  }
}

variable "code_signing" {
  description = "With it, functions come from signed zips ({prefix}{function}.zip) in a versioned bucket and Lambda refuses others. The newest version of each is deployed."
  type = object({
    config_arn = string
    bucket     = string
    prefix     = optional(string, "")
  })
  default = null
}

variable "masking_secret_arn" {
  description = "Secrets Manager secret with the key of columns that contracts mask by hash; needed once a contract has one."
  type        = string
  default     = null
}

variable "lineage_endpoint" {
  description = "https:// address that takes OpenLineage events; null sends none."
  type        = string
  default     = null
}

variable "lineage_secret_arn" {
  description = "Secrets Manager secret with the key of that server, sent as a bearer token; null where it asks for none."
  type        = string
  default     = null
}

variable "tracing" {
  description = "Whether functions write segments of their own, with their calls of AWS, to X-Ray."
  type        = bool
  default     = false
}

variable "breakers" {
  description = "Overrides of when circuit breakers open, of `breakers` in settings/platform.json: a topic after min_messages in window_minutes, the sink after global_min_messages, both above max_error_rate."
  type = object({
    window_minutes      = optional(number)
    min_messages        = optional(number)
    global_min_messages = optional(number)
    max_error_rate      = optional(number)
  })
  default = {}

  validation {
    condition = (
      contains(range(1, 61), coalesce(var.breakers.window_minutes, 5)) && coalesce(var.breakers.min_messages, 1) >= 1
      && coalesce(var.breakers.global_min_messages, 1) >= 1 && coalesce(var.breakers.max_error_rate, 0.5) > 0
      && coalesce(var.breakers.max_error_rate, 0.5) < 1
    )
    error_message = "window_minutes is a whole number from 1 to 60, the numbers of messages at least 1, max_error_rate between 0 and 1."
  }
}

variable "spark_job_name" {
  description = "Name of the Glue job that runs topics of engine spark; null where no topic has it."
  type        = string
  default     = null
}

variable "alarm_emails" {
  description = "Addresses that hear of alarms, by severity (critical, warning)."
  type        = map(list(string))
  default     = {}

  validation {
    condition     = alltrue([for severity in keys(var.alarm_emails) : contains(["critical", "warning"], severity)])
    error_message = "Alarms are critical or warning."
  }
}

variable "runbook_url" {
  description = "Where docs/operations_runbook.md can be read; alarms link to its sections."
  type        = string
  default     = "https://github.com/lean-ops/lean-ops/blob/main/docs/operations_runbook.md"
}

variable "protect_data" {
  description = "Whether state table and buckets refuse to be destroyed while they hold data."
  type        = bool
  default     = true
}
