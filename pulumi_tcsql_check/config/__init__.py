"""Validates what users set: inputs, the stack's configuration, the environment, and endpoints.

It sends no request.
"""

CONFIG_NAMESPACE = "tencentcloud"
"""The namespace of Pulumi's Tencent Cloud provider, whose keys are used here as well."""
