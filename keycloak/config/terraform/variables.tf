variable "realm" {
  type    = string
  default = "acme"
}

variable "issuer" {
  type        = string
  description = "Of Sallyport, https and without a trailing slash"
}

variable "client_id" {
  type        = string
  description = "Of this realm at Sallyport"
  default     = "keycloak-acme"
}

variable "level_1_max_age" {
  type        = number
  description = "How long a password is good for, in seconds"
  default     = 36000
}

variable "level_2_max_age" {
  type        = number
  description = "How long a session keeps the second factor, in seconds; 0 asks for each request"
  default     = 300
}

variable "settings" {
  type        = map(string)
  description = "More of the step, such as { directories = \"corp-ldap=corp\" }"
  default     = {}
}
