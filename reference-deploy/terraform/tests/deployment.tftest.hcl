# Runs where the AWS provider can be fetched; it is mocked, so that no account is needed.
# The zips must be there: npm run build:lambdas.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_region" {
    defaults = { region = "eu-west-1" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
}

variables {
  project_name   = "lean-ops"
  environment    = "test"
  iceberg_bucket = "some-warehouse"
  schema_bucket  = "some-schemas"
  topics = {
    "user-logins" = { contract = "user-logins.json" }
    "payments"    = { fifo = true, maximum_concurrency = 10 }
  }
}

run "queues_and_names" {
  command = plan

  assert {
    condition     = output.state_table == "lean-ops-test-state"
    error_message = "names begin with project and environment"
  }

  assert {
    condition     = sort(keys(output.functions)) == sort(keys(jsondecode(file("../settings/functions.json"))))
    error_message = "every function of the settings is made"
  }
}

run "concurrency" {
  command = plan

  assert {
    condition     = output.concurrency.wanted == 12 && output.concurrency.oversubscription == 1
    error_message = "two topics of 2 and 10 executions"
  }
}

run "two_topics_of_one_table" {
  command = plan

  variables {
    topics = { "a-b" = {}, "a_b" = {} }
  }

  expect_failures = [var.topics]
}

run "an_account_that_is_too_small" {
  command = plan

  variables {
    topics              = { for index in range(20) : "topic-${index}" => { maximum_concurrency = 10 } }
    account_concurrency = 300
  }

  expect_failures = [check.processor_concurrency]
}
