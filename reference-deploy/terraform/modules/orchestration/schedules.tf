locals {
  schedules = jsondecode(file("${local.settings}/schedules.json"))

  targets = {
    for name, schedule in local.schedules : name => (
      can(schedule.target.function) ? var.functions[schedule.target.function].arn : local.machine_arns[schedule.target.stateMachine]
    )
  }
}

resource "aws_scheduler_schedule_group" "this" {
  name = var.deployment.prefix
}

resource "aws_scheduler_schedule" "this" {
  for_each = local.schedules

  name                = "${var.deployment.prefix}-${each.key}"
  description         = each.value.description
  group_name          = aws_scheduler_schedule_group.this.name
  schedule_expression = each.value.expression
  kms_key_arn         = var.kms_key_arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = local.targets[each.key]
    role_arn = aws_iam_role.scheduler.arn
    input    = jsonencode(each.value.input)

    # The next turn does what a lost one would have done: there is no point in many retries.
    retry_policy {
      maximum_event_age_in_seconds = 300
      maximum_retry_attempts       = 3
    }

    dead_letter_config {
      arn = var.failed_queue_arn
    }
  }

  depends_on = [aws_iam_role_policy.scheduler, aws_sfn_state_machine.this]
}

resource "aws_iam_role" "scheduler" {
  name               = "${var.deployment.prefix}-scheduler"
  assume_role_policy = data.aws_iam_policy_document.scheduler_assume.json
}

resource "aws_iam_role_policy" "scheduler" {
  name   = "start"
  role   = aws_iam_role.scheduler.id
  policy = data.aws_iam_policy_document.scheduler.json
}

data "aws_iam_policy_document" "scheduler_assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["scheduler.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.deployment.account]
    }
  }
}

data "aws_iam_policy_document" "scheduler" {
  statement {
    sid       = "StartRounds"
    actions   = ["states:StartExecution"]
    resources = [for schedule in values(local.schedules) : local.machine_arns[schedule.target.stateMachine] if can(schedule.target.stateMachine)]
  }

  statement {
    sid       = "CallFunctions"
    actions   = ["lambda:InvokeFunction"]
    resources = [for schedule in values(local.schedules) : var.functions[schedule.target.function].arn if can(schedule.target.function)]
  }

  statement {
    sid       = "KeepFailedEvents"
    actions   = ["sqs:SendMessage"]
    resources = [var.failed_queue_arn]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt"]
    resources = [var.kms_key_arn]
  }
}
