"""Signed webhooks: a district's own systems are told what has happened (C28, ADR 0032).

Events of the outbox become deliveries (collecting), deliveries are claimed and sent in the rounds
of the post (rounds, claims), and the door is the only room that talks to their addresses.
"""
