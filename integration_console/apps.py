"""The project as an app: its commands, templates and the start of logging."""

from django.apps import AppConfig


class IntegrationConsoleConfig(AppConfig):
    name = "integration_console"

    def ready(self) -> None:
        from integration_console.logs import configure

        configure()
