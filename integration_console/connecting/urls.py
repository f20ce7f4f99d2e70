"""Addresses of the pages that connect Clever."""

from django.urls import path

from integration_console.connecting.views import create, enable, reset, schools, setup

urlpatterns = [
    path("clever/setup/", setup.setup_clever, name="setup_clever"),
    path("clever/setup/look/", setup.setup_look, name="setup_look"),
    path("clever/setup/save/", setup.setup_save, name="setup_save"),
    path("clever/setup/check/", setup.setup_check, name="setup_check"),
    path("clever/reset/", reset.reset, name="reset_configuration"),
    path("clever/schools/", schools.match_schools, name="match_schools"),
    path("clever/schools/choose/", schools.choose_schools, name="choose_schools"),
    path("clever/schools/create/", create.create_schools, name="create_schools"),
    path("clever/enable/", enable.enable, name="enable"),
]
