run "hundreds_of_topics_in_a_default_account" {
  command = plan

  variables {
    topic_concurrency   = { for index in range(700) : "topic-${index}" => null }
    account_concurrency = 1000
  }

  assert {
    condition     = output.wanted == 1400
    error_message = "700 mappings of two executions each want 1400, not ${output.wanted}"
  }

  assert {
    condition     = sum([for reserved in values(output.reserved) : reserved if reserved > 0]) == 900
    error_message = "everything but 100 is shared out"
  }

  assert {
    condition     = output.reserved["sqs-processor"] == output.granted && output.granted > 700
    error_message = "the processor gets what the others leave: ${output.granted}"
  }

  assert {
    condition     = output.oversubscription < 2 && output.max_receive_count == ceil(5 * output.oversubscription)
    error_message = "receives grow with the oversubscription: ${output.max_receive_count}"
  }
}

run "hundreds_of_topics_in_a_raised_account" {
  command = plan

  variables {
    topic_concurrency   = { for index in range(700) : "topic-${index}" => null }
    account_concurrency = 1700
  }

  assert {
    condition     = output.granted == 1400 && output.oversubscription == 1 && output.max_receive_count == 5
    error_message = "the recommended quota leaves nothing oversubscribed"
  }

  assert {
    condition     = output.recommended_quota == 1700
    error_message = "and is what is recommended: ${output.recommended_quota}"
  }
}

run "an_account_too_small_to_reserve" {
  command = plan

  variables {
    topic_concurrency   = { a = null }
    account_concurrency = 10
  }

  assert {
    condition     = alltrue([for reserved in values(output.reserved) : reserved == -1])
    error_message = "nothing is reserved"
  }
}

run "overrides_of_topics" {
  command = plan

  variables {
    topic_concurrency   = { a = null, b = 50 }
    account_concurrency = 1000
  }

  assert {
    condition     = output.mapping.a == 2 && output.mapping.b == 50 && output.wanted == 52 && output.granted == 52
    error_message = "an override counts as it is"
  }
}

run "no_topic_yet" {
  command = plan

  variables {
    topic_concurrency   = {}
    account_concurrency = 1000
  }

  assert {
    condition     = output.granted == 2 && output.max_receive_count == 5
    error_message = "a deployment without topics can be made"
  }
}
