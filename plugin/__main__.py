"""The plugin as a folder: `pulumi package add` installs its `requirements.txt`, and Pulumi runs this module."""

from pulumi_tcsql_check.plugin.server import main

if __name__ == "__main__":
    main()
