"""Prepares a Swift cluster of one device: argv is the folder of the configuration, {server: port}, and the folders
that may hold the data. Prints the first of these that keeps extended attributes, in which Swift stores metadata."""

import json
import os
import sys
import tempfile

import swift.common.utils as utils

etc, ports, homes = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3:]
utils.SWIFT_CONF_FILE = os.path.join(etc, "swift.conf")

from swift.common.ring import RingBuilder  # reads the configuration when imported


def keeps_attributes(folder):
    with tempfile.NamedTemporaryFile(dir=folder) as probe:
        try:
            os.setxattr(probe.name, "user.swift.probe", b"x" * 1024)
        except OSError:
            return False
        return True


for server, port in ports.items():
    builder = RingBuilder(1, 1, 0)
    builder.add_dev(
        {
            "id": 0,
            "region": 1,
            "zone": 1,
            "ip": "127.0.0.1",
            "port": port,
            "replication_ip": "127.0.0.1",
            "replication_port": port,
            "device": "d1",
            "weight": 1.0,
            "meta": "",
        }
    )
    builder.rebalance()
    builder.get_ring().save(os.path.join(etc, server + ".ring.gz"))

home = next((folder for folder in homes if keeps_attributes(folder)), None)
if home is None:
    sys.exit("no file system with extended attributes: " + ", ".join(homes))
print(home)
