"""One address for the four services of a local stack, as the edge of a deployment, deploy/edge/nginx.conf, gives one.

Invariant: it listens on this machine alone, lets out what a deployment's edge lets out and nothing else, and has no
secrets of its own. It is no part of a deployment.
"""
