# Written by Offramp: what stands at Aptible.

data "aptible_environment" "this" {
  handle = var.environment
}

resource "aptible_database" "tickets" {
  env_id         = data.aptible_environment.this.env_id
  handle         = "choir-db"
  database_type  = "postgresql"
  version        = "16"
  container_size = 1024
  disk_size      = 20

  lifecycle {
    prevent_destroy = true
  }
}

resource "aptible_database" "choir_cache" {
  env_id         = data.aptible_environment.this.env_id
  handle         = "choir-cache"
  database_type  = "redis"
  container_size = 1024
  disk_size      = 10

  lifecycle {
    prevent_destroy = true
  }
}

resource "aptible_app" "part_site" {
  env_id                    = data.aptible_environment.this.env_id
  handle                    = "site"
  docker_image              = var.part_site_image
  private_registry_username = var.registry_username
  private_registry_password = var.registry_password

  config = {
    "DATABASE_URL" = aptible_database.tickets.default_connection_url
    "PORT"         = "3000"
    "SESSION_KEY"  = var.part_site_SESSION_KEY
  }

  service {
    process_type           = "web"
    container_count        = 2
    container_memory_limit = 1024
    stop_timeout           = 30
  }
}

resource "aptible_endpoint" "part_site" {
  env_id         = data.aptible_environment.this.env_id
  resource_id    = aptible_app.part_site.app_id
  resource_type  = "app"
  process_type   = "web"
  endpoint_type  = "https"
  container_port = 3000
  default_domain = true
}

resource "aptible_endpoint" "part_site_tickets_choir_example" {
  env_id         = data.aptible_environment.this.env_id
  resource_id    = aptible_app.part_site.app_id
  resource_type  = "app"
  process_type   = "web"
  endpoint_type  = "https"
  container_port = 3000
  managed        = true
  domain         = "tickets.choir.example"
}

resource "aptible_app" "part_email" {
  env_id                    = data.aptible_environment.this.env_id
  handle                    = "email"
  docker_image              = var.part_email_image
  private_registry_username = var.registry_username
  private_registry_password = var.registry_password

  config = {
    "DATABASE_URL" = aptible_database.tickets.default_connection_url
    "REDIS_URL"    = aptible_database.choir_cache.default_connection_url
    "SITE_URL"     = replace(var.part_email_SITE_URL, "choir-site-1a2b3c.example", aptible_endpoint.part_site.virtual_domain)
  }

  service {
    process_type           = "worker"
    container_count        = 1
    container_memory_limit = 512
    container_profile      = "r"
    stop_timeout           = 30
  }
}

resource "aptible_log_drain" "choir_logs" {
  env_id          = data.aptible_environment.this.env_id
  handle          = "choir-logs"
  drain_type      = "https_post"
  url             = var.choir_logs_url
  drain_apps      = true
  drain_databases = true
  drain_proxies   = true
}
