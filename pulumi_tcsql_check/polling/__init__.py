"""Polls migration checks until their verdicts; knows neither Pulumi nor Tencent's SDK, and its clock is passed in."""
