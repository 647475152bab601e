# The step-up of docs/keycloak.md. Provider: keycloak/keycloak, which reads KEYCLOAK_URL, KEYCLOAK_CLIENT_ID and
# KEYCLOAK_CLIENT_SECRET (or KEYCLOAK_USER and KEYCLOAK_PASSWORD) from the environment. Nothing in the state is secret.

terraform {
  required_version = ">= 1.5"
  required_providers {
    keycloak = {
      source  = "keycloak/keycloak"
      version = "~> 5.0"
    }
  }
}

provider "keycloak" {}

# A realm that is made here. One that is there already is better not imported: whatever is not named here would be planned back to
# its default. For such a one put `data "keycloak_realm" "this" { realm = var.realm }` in place of this resource and
# `data.keycloak_realm.this.id` for its id; its levels and brute force detection are then set where the rest of it is.
resource "keycloak_realm" "this" {
  realm        = var.realm
  enabled      = true
  ssl_required = "external"

  attributes = {
    "acr.loa.map" = jsonencode({ pwd = 1, mfa = 2 })
  }

  security_defenses {
    brute_force_detection {
      permanent_lockout  = false
      max_login_failures = 30
    }
  }
}

resource "keycloak_authentication_flow" "stepup" {
  realm_id = keycloak_realm.this.id
  alias    = "browser-stepup"
}

resource "keycloak_authentication_execution" "cookie" {
  realm_id          = keycloak_realm.this.id
  parent_flow_alias = keycloak_authentication_flow.stepup.alias
  authenticator     = "auth-cookie"
  requirement       = "ALTERNATIVE"
  priority          = 10
}

resource "keycloak_authentication_subflow" "forms" {
  realm_id          = keycloak_realm.this.id
  parent_flow_alias = keycloak_authentication_flow.stepup.alias
  alias             = "stepup-forms"
  requirement       = "ALTERNATIVE"
  priority          = 20
}

resource "keycloak_authentication_subflow" "level_1" {
  realm_id          = keycloak_realm.this.id
  parent_flow_alias = keycloak_authentication_subflow.forms.alias
  alias             = "stepup-level-1"
  requirement       = "CONDITIONAL"
  priority          = 10
}

resource "keycloak_authentication_execution" "level_1" {
  realm_id          = keycloak_realm.this.id
  parent_flow_alias = keycloak_authentication_subflow.level_1.alias
  authenticator     = "conditional-level-of-authentication"
  requirement       = "REQUIRED"
  priority          = 10
}

resource "keycloak_authentication_execution_config" "level_1" {
  realm_id     = keycloak_realm.this.id
  execution_id = keycloak_authentication_execution.level_1.id
  alias        = "loa-1"
  config = {
    "loa-condition-level" = "1"
    "loa-max-age"         = tostring(var.level_1_max_age)
  }
}

resource "keycloak_authentication_execution" "password" {
  realm_id          = keycloak_realm.this.id
  parent_flow_alias = keycloak_authentication_subflow.level_1.alias
  authenticator     = "auth-username-password-form"
  requirement       = "REQUIRED"
  priority          = 20
}

resource "keycloak_authentication_subflow" "level_2" {
  realm_id          = keycloak_realm.this.id
  parent_flow_alias = keycloak_authentication_subflow.forms.alias
  alias             = "stepup-level-2"
  requirement       = "CONDITIONAL"
  priority          = 20
}

resource "keycloak_authentication_execution" "level_2" {
  realm_id          = keycloak_realm.this.id
  parent_flow_alias = keycloak_authentication_subflow.level_2.alias
  authenticator     = "conditional-level-of-authentication"
  requirement       = "REQUIRED"
  priority          = 10
}

resource "keycloak_authentication_execution_config" "level_2" {
  realm_id     = keycloak_realm.this.id
  execution_id = keycloak_authentication_execution.level_2.id
  alias        = "loa-2"
  config = {
    "loa-condition-level" = "2"
    "loa-max-age"         = tostring(var.level_2_max_age)
  }
}

resource "keycloak_authentication_execution" "sallyport" {
  realm_id          = keycloak_realm.this.id
  parent_flow_alias = keycloak_authentication_subflow.level_2.alias
  authenticator     = "sallyport"
  requirement       = "REQUIRED"
  priority          = 20
}

# Keycloak 26.7 shows stars for default.reference.value and .maxAge of a step, which would be a difference in each plan:
# what is to be in `amr` is set in the console, or by keycloak/config/setup.sh.
resource "keycloak_authentication_execution_config" "sallyport" {
  realm_id     = keycloak_realm.this.id
  execution_id = keycloak_authentication_execution.sallyport.id
  alias        = "sallyport"
  config = merge({
    issuer   = var.issuer
    clientId = var.client_id
  }, var.settings)
}

# Bound only once every step is in place: an incomplete flow lets nobody in, or too many.
resource "keycloak_authentication_bindings" "this" {
  realm_id     = keycloak_realm.this.id
  browser_flow = keycloak_authentication_flow.stepup.alias

  depends_on = [
    keycloak_authentication_execution.cookie,
    keycloak_authentication_execution.password,
    keycloak_authentication_execution_config.level_1,
    keycloak_authentication_execution_config.level_2,
    keycloak_authentication_execution_config.sallyport,
  ]
}

# Applications that were there before take it one by one: keycloak_openid_client_default_scopes has the list of each.
resource "keycloak_openid_client_scope" "stepup" {
  realm_id               = keycloak_realm.this.id
  name                   = "stepup"
  include_in_token_scope = false
}

# Those that are made from now on have it. This adds to the realm's list of such scopes and does not replace it.
resource "keycloak_openid_default_client_scope" "stepup" {
  realm_id        = keycloak_realm.this.id
  client_scope_id = keycloak_openid_client_scope.stepup.id
}

resource "keycloak_openid_user_session_note_protocol_mapper" "stepup" {
  for_each = {
    stepup_acr       = { note = "stepup.acr", type = "String" }
    stepup_amr       = { note = "stepup.amr", type = "JSON" }
    stepup_auth_time = { note = "stepup.auth_time", type = "long" }
  }

  realm_id         = keycloak_realm.this.id
  client_scope_id  = keycloak_openid_client_scope.stepup.id
  name             = each.key
  claim_name       = each.key
  session_note     = each.value.note
  claim_value_type = each.value.type
}

resource "keycloak_required_action" "enrol" {
  realm_id = keycloak_realm.this.id
  alias    = "sallyport-enrol"
  name     = "Manage second factor (Sallyport)"
  enabled  = true
}
