"""Rights to the tables that exist only where people sign in by an identity provider. An application of its own, so that
they are granted when that is turned on, however late.
"""
