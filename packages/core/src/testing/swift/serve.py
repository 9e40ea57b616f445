"""Runs one Swift server in the foreground: argv is the folder of the configuration and the server's name."""

import os
import sys

import swift.common.storage_policy as storage_policy
import swift.common.utils as utils

etc, server = sys.argv[1], sys.argv[2]
utils.SWIFT_CONF_FILE = os.path.join(etc, "swift.conf")
storage_policy.SWIFT_CONF_FILE = utils.SWIFT_CONF_FILE
utils.validate_hash_conf()
storage_policy.reload_storage_policies()

from swift.common.wsgi import run_wsgi  # reads the configuration when imported

sys.exit(run_wsgi(os.path.join(etc, server + "-server.conf"), server + "-server"))
