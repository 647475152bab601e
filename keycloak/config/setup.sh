#!/usr/bin/env bash
# Gives a realm the step-up of docs/keycloak.md. What is there already stays: a second run changes nothing and says so.
set -euo pipefail

usage() {
  cat <<'END'
usage: setup.sh --server URL --realm REALM --issuer URL [option]... [SETTING=VALUE]...

  --server URL          of Keycloak, as it is reached from here: https://sso.example.com
  --realm REALM         made where it is not there
  --issuer URL          of Sallyport
  --client-id ID        of this realm at Sallyport (keycloak-REALM)
  --level-1-max-age S   how long a password is good for, in seconds (36000)
  --level-2-max-age S   how long a session keeps the second factor (300); 0 asks for each request
  --no-bind             leaves the browser flow of the realm as it is
  --admin-user NAME     who signs in (admin), with the password in KC_CLI_PASSWORD, else asked for
  --admin-client ID     a client with a service account instead, its secret in KC_CLI_CLIENT_SECRET
  --admin-realm REALM   where that is (master)
  --kcadm FILE          kcadm.sh of Keycloak (the one on PATH)

SETTING=VALUE goes to the step: nameFrom=ldapId, directories=corp-ldap=corp, acrByLevel='2=mfa 3=phr'.
A setting that is not named keeps the value that it has.
END
}

refuse() {
  echo "setup.sh: $1" >&2
  exit 64
}

server='' realm='' issuer='' client_id='' bind=yes
level_1_max_age=36000 level_2_max_age=300
admin_user=admin admin_client='' admin_realm=master kcadm=kcadm.sh
settings=()
known_settings='acrByLevel nameFrom nameAttribute directories maxTrustedAge acceptExempt timeout algorithm'
while (($# > 0)); do
  case $1 in
    --help | -h) usage && exit ;;
    --no-bind) bind=no && shift && continue ;;
    --*) (($# > 1)) || refuse "$1 wants a value" ;;
  esac
  case $1 in
    --server) server=$2 ;;
    --realm) realm=$2 ;;
    --issuer) issuer=$2 ;;
    --client-id) client_id=$2 ;;
    --level-1-max-age) level_1_max_age=$2 ;;
    --level-2-max-age) level_2_max_age=$2 ;;
    --admin-user) admin_user=$2 ;;
    --admin-client) admin_client=$2 ;;
    --admin-realm) admin_realm=$2 ;;
    --kcadm) kcadm=$2 ;;
    --*) refuse "no such option: $1 (--help lists them)" ;;
    issuer=* | clientId=*) refuse "${1%%=*} is an option: --issuer, --client-id" ;;
    [a-z]*=*)
      [[ " $known_settings " == *" ${1%%=*} "* ]] || refuse "no such setting: ${1%%=*} (there are: $known_settings)"
      settings+=("$1") && shift && continue
      ;;
    *) refuse "neither an option nor SETTING=VALUE: $1" ;;
  esac
  shift 2
done
[[ -n $server && -n $realm && -n $issuer ]] || refuse '--server, --realm and --issuer are needed'
[[ $realm =~ ^[A-Za-z0-9._-]+$ ]] || refuse "--realm: not a plain name: $realm"
[[ $realm != master || $bind == no ]] ||
  refuse '--realm: administrators of master would have no way in without Sallyport (--no-bind makes the flow alone)'
[[ $issuer =~ ^https?://[^[:space:]?#]*[^[:space:]?#/]$ ]] ||
  refuse "--issuer: not the URL of Sallyport, without a trailing slash: $issuer"
for value in "$level_1_max_age" "$level_2_max_age"; do
  [[ $value =~ ^[0-9]{1,9}$ ]] || refuse "max age: not whole seconds: $value"
done
for value in "$issuer" "$client_id" "$level_1_max_age" "$level_2_max_age" "${settings[@]}"; do
  [[ $value != *[\"\\]* ]] || refuse "no quotes or backslashes in values: $value"
done
command -v "$kcadm" >/dev/null || refuse "--kcadm: not here: $kcadm"

# Its tokens go into a file that nobody else reads and that goes away. No password is on a command line.
umask 077
login=$(mktemp)
trap 'rm -f "$login"' EXIT
# It is started three dozen times, each time for a second.
export KC_OPTS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC ${KC_OPTS:-}"
changes=0 configured=no

kc() {
  local verb=$1 path=$2
  shift 2
  "$kcadm" "$verb" "$path" --config "$login" -r "$realm" "$@"
}
# Prints the id of what was made.
make() { kc create "$@" -i; }
rows() { kc get "$1" --fields "$2" --format csv --noquotes; }
changed() {
  changes=$((changes + 1))
  echo "changed: $1"
}
# has JSON KEY VALUE: as kcadm prints it, a line for each key.
has() { grep -qF "\"$2\" : $3" <<<"$1"; }

sign_in() {
  local as=(--user "$admin_user")
  [[ -z $admin_client ]] || as=(--client "$admin_client")
  "$kcadm" config credentials --config "$login" --server "$server" --realm "$admin_realm" "${as[@]}" >&2
}

# $now is the realm as it is.
realm_itself() {
  local sets=() did=()
  if ! now=$(kc get "realms/$realm" 2>&1); then
    # Whatever else it was, a realm must not be made for it.
    [[ $now == *'Resource not found'* ]] || { echo "setup.sh: the realm $realm cannot be read: $now" >&2 && exit 69; }
    now=''
    "$kcadm" create realms --config "$login" -s "realm=$realm" -s enabled=true -s sslRequired=external >/dev/null
    changed "realm $realm made"
  fi
  if ! has "$now" bruteForceProtected true; then
    sets+=(-s bruteForceProtected=true) did+=('brute force detection on')
  fi
  if ! grep -q '"acr.loa.map"' <<<"$now"; then
    sets+=(-s 'attributes."acr.loa.map"="{\"pwd\":1,\"mfa\":2}"') did+=('levels: pwd = 1, mfa = 2')
  elif ! grep -F '"acr.loa.map"' <<<"$now" | grep -qE 'mfa\\":(\\")?2[^0-9]'; then
    echo 'note: the realm has levels of its own, and mfa is not level 2 of them'
  fi
  ((${#sets[@]} > 0)) || return 0
  kc update "realms/$realm" "${sets[@]}"
  for what in "${did[@]}"; do changed "$what"; done
}

# The whole tree into $steps, each behind the flow that it is in.
read_steps() {
  local columns=level,id,requirement,priority,providerId,flowId,authenticationConfig,displayName
  steps=$(rows "authentication/flows/$top/executions" "$columns" |
    awk -F, -v OFS=, -v top="$top" '{ named[$1] = $8; $1 = $1 == 0 ? top : named[$1 - 1]; print }')
}

top_flow() {
  top=$1 flow=$1 steps=''
  flow_id=$(rows authentication/flows id,alias | awk -F, -v alias="$1" '$2 == alias { print $1 }')
  [[ -z $flow_id ]] || { read_steps && return; }
  flow_id=$(make authentication/flows -s "alias=$1" -s providerId=basic-flow -s topLevel=true -s builtIn=false)
  changed "flow $1 made"
}

# enter SUBFLOW: what is looked for and made from now on is in there.
enter() {
  find_in '' 8 "$1"
  flow=$1 flow_id=$child
}

# find_in FLOW COLUMN VALUE: the step's $step, $requirement, $priority, $child and $config, all empty where there is none.
find_in() {
  local row
  row=$(awk -F, -v flow="$1" -v column="$2" -v value="$3" \
    '(flow == "" || $1 == flow) && $column == value { print; exit }' <<<"$steps")
  IFS=, read -r _ step requirement priority _ child config _ <<<"$row"
}

# step REQUIREMENT PROVIDER, in the flow that was entered.
step() {
  find_in "$flow" 5 "$2"
  if [[ -z $step ]]; then
    step=$(make authentication/executions -s "parentFlow=$flow_id" -s "authenticator=$2" -s "requirement=$1")
    changed "step $2 made, $1"
  else
    require "$1" "$2"
  fi
}

# subflows REQUIREMENT ALIAS...
subflows() {
  local wanted=$1 alias made=no
  shift
  for alias in "$@"; do
    find_in "$flow" 8 "$alias"
    [[ -z $step ]] || continue
    make "authentication/flows/$flow/executions/flow" -s "alias=$alias" -s type=basic-flow >/dev/null
    changed "subflow $alias made" && made=yes
  done
  [[ $made == no ]] || read_steps
  for alias in "$@"; do
    find_in "$flow" 8 "$alias"
    require "$wanted" "$alias"
  done
}

require() {
  [[ $requirement != "$1" ]] || return 0
  kc update "authentication/flows/$flow/executions" -n \
    -b "{\"id\":\"$step\",\"requirement\":\"$1\",\"priority\":$priority}"
  changed "$2: $requirement is now $1"
}

# configure ALIAS KEY=VALUE...: of the step that was found last. Says in $configured whether something changed.
configure() {
  local alias=$1 known='' key value sets=() did=() pair
  shift
  [[ -z $config ]] || known=$(kc get "authentication/config/$config")
  for pair in "$@"; do
    key=${pair%%=*} value=${pair#*=}
    is_set "$known" "$key" "$value" && continue
    sets+=(-s "config.\"$key\"=\"$value\"") did+=("$pair")
  done
  configured=no
  ((${#sets[@]} > 0)) || return 0
  configured=yes
  if [[ -z $config ]]; then
    make "authentication/executions/$step/config" -s "alias=$alias" "${sets[@]}" >/dev/null
  else
    kc update "authentication/config/$config" "${sets[@]}"
  fi
  changed "settings $alias: ${did[*]}"
}
# Keycloak 26.7 shows stars for default.reference.*: written anew only where the level beside it changed.
is_set() {
  has "$1" "$2" "\"$3\"" || { [[ $configured == no ]] && has "$1" "$2" '"**'; }
}

# mapper CLAIM NOTE TYPE
mapper() {
  printf '{"name":"%s","protocol":"openid-connect","protocolMapper":"oidc-usersessionmodel-note-mapper","config":' "$1"
  printf '{"user.session.note":"%s","claim.name":"%s","jsonType.label":"%s",' "$2" "$1" "$3"
  printf '"id.token.claim":"true","access.token.claim":"true","userinfo.token.claim":"true"}}'
}

# A line for each that the scope has: name, id, kind, note, claim, type.
read_mappers() {
  kc get "client-scopes/$1/protocol-mappers/models" | awk -F'"' -v OFS=, '
    { is[$2] = $4 }
    /^}/ { print is["name"], is["id"], is["protocolMapper"], is["user.session.note"], is["claim.name"], is["jsonType.label"]; split("", is) }'
}

scope_and_mappers() {
  local scope there claim note type row kind=oidc-usersessionmodel-note-mapper missing=()
  scope=$(rows client-scopes id,name | awk -F, '$2 == "stepup" { print $1 }')
  if [[ -z $scope ]]; then
    scope=$(make client-scopes -s name=stepup -s protocol=openid-connect -s 'attributes."include.in.token.scope"="false"')
    changed 'client scope stepup made'
    there=''
  else
    there=$(read_mappers "$scope")
  fi
  while read -r claim note type; do
    row=$(grep "^$claim," <<<"$there") || row=''
    if [[ -z $row ]]; then
      missing+=("$(mapper "$claim" "$note" "$type")")
      changed "mapper $claim made"
    elif [[ $row != *",$kind,$note,$claim,$type" ]]; then
      IFS=, read -r _ row _ <<<"$row"
      kc update "client-scopes/$scope/protocol-mappers/models/$row" -s "protocolMapper=$kind" \
        -s "config.\"user.session.note\"=$note" -s "config.\"claim.name\"=$claim" -s "config.\"jsonType.label\"=$type" </dev/null
      changed "mapper $claim: $note as $type"
    fi
  done <<'END'
stepup_acr stepup.acr String
stepup_amr stepup.amr JSON
stepup_auth_time stepup.auth_time long
END
  if ((${#missing[@]} > 0)); then
    (IFS=, && kc create "client-scopes/$scope/protocol-mappers/add-models" -b "[${missing[*]}]")
  fi
  there=$(rows default-default-client-scopes name)
  if ! grep -qx stepup <<<"$there"; then
    kc update "default-default-client-scopes/$scope" -n -b '{}'
    changed 'client scope stepup is a default of clients that are made from now on'
  fi
}

required_action() {
  local actions
  actions=$(rows authentication/required-actions alias,enabled)
  if grep -qx sallyport-enrol,true <<<"$actions"; then return; fi
  if grep -q ^sallyport-enrol, <<<"$actions"; then
    kc update authentication/required-actions/sallyport-enrol -s enabled=true
    changed 'required action sallyport-enrol switched on'
    return
  fi
  kc create authentication/register-required-action -s providerId=sallyport-enrol -s 'name=Manage second factor (Sallyport)'
  changed 'required action sallyport-enrol registered'
}

bind_flow() {
  if has "$now" browserFlow '"browser-stepup"'; then return; fi
  if [[ $bind == no ]]; then
    echo 'note: browser-stepup is not the browser flow of the realm'
    return
  fi
  kc update "realms/$realm" -s browserFlow=browser-stepup
  changed 'browser-stepup is the browser flow'
}

sign_in
realm_itself
top_flow browser-stepup
step ALTERNATIVE auth-cookie
subflows ALTERNATIVE stepup-forms
enter stepup-forms
subflows CONDITIONAL stepup-level-1 stepup-level-2
enter stepup-level-1
step REQUIRED conditional-level-of-authentication
configure loa-1 loa-condition-level=1 "loa-max-age=$level_1_max_age"
step REQUIRED auth-username-password-form
configure amr-pwd default.reference.value=pwd "default.reference.maxAge=$level_1_max_age"
enter stepup-level-2
step REQUIRED conditional-level-of-authentication
configure loa-2 loa-condition-level=2 "loa-max-age=$level_2_max_age"
step REQUIRED sallyport
configure sallyport "issuer=$issuer" "clientId=${client_id:-keycloak-$realm}" \
  default.reference.value=mfa "default.reference.maxAge=$level_2_max_age" "${settings[@]}"
scope_and_mappers
required_action
bind_flow
((changes > 0)) || echo 'nothing to change'
