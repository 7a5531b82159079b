locals {
  severities = toset(["critical", "warning"])
  # Composed, so that policies can be read in a plan.
  topic_arns = { for severity in local.severities : severity => "${local.arn}:sns:${local.place}:${var.deployment.prefix}-alarms-${severity}" }
}

resource "aws_sns_topic" "alarms" {
  for_each = local.severities

  name              = "${var.deployment.prefix}-alarms-${each.key}"
  kms_master_key_id = var.kms_key_arn
}

data "aws_iam_policy_document" "alarms" {
  for_each = local.severities

  statement {
    sid       = "AlarmsOfThisAccount"
    actions   = ["sns:Publish"]
    resources = [local.topic_arns[each.key]]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.deployment.account]
    }
  }

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["sns:Publish"]
    resources = [local.topic_arns[each.key]]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sns_topic_policy" "alarms" {
  for_each = local.severities

  arn    = aws_sns_topic.alarms[each.key].arn
  policy = data.aws_iam_policy_document.alarms[each.key].json
}

locals {
  subscriptions = merge([
    for severity, addresses in var.alarm_emails : { for address in addresses : "${severity} ${address}" => { severity = severity, address = address } }
  ]...)
}

resource "aws_sns_topic_subscription" "email" {
  for_each = local.subscriptions

  topic_arn = aws_sns_topic.alarms[each.value.severity].arn
  protocol  = "email"
  endpoint  = each.value.address
}
