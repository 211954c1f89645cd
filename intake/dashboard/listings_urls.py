"""Addresses of the listings screens, included at /desk/listings/."""

from django.urls import URLPattern, path

from intake.dashboard import (
    listings,
    listings_imports,
    listings_merging,
    listings_round,
    listings_uploads,
    packets,
    proposals,
)

urlpatterns: list[URLPattern] = [
    path("", listings.listings, name="listings"),
    path("together/", listings.together, name="listings_together"),
    path("asked/", proposals.proposals, name="listing_proposals"),
    path("asked/<uuid:proposal_id>/", proposals.decide_proposal, name="listing_decide"),
    path("<uuid:program_id>/link/", proposals.make_link, name="listing_link"),
    path("round/", listings_round.verification_round, name="listings_round"),
    path("round/take/", listings_round.take, name="listings_round_take"),
    path("round/<uuid:program_id>/", listings_round.said, name="listings_round_said"),
    path("map/", listings_round.listings_map, name="listings_map"),
    path("unknown/", listings_round.completeness, name="listings_completeness"),
    path("imports/", listings_imports.imports, name="listings_imports"),
    path("imports/new/", listings_uploads.upload, name="listings_upload"),
    path("imports/sent/<uuid:upload_id>/", listings_uploads.sent, name="listings_sent"),
    path("imports/sent/<uuid:upload_id>/trial.csv", listings_uploads.sent_report, name="listings_sent_report"),
    path("imports/sent/<uuid:upload_id>/decide/", listings_uploads.decide_upload, name="listings_sent_decide"),
    path("imports/<uuid:run_id>/", listings_imports.one_import, name="listings_import"),
    path("imports/<uuid:run_id>/findings.csv", listings_imports.findings, name="listings_import_findings"),
    path("imports/<uuid:run_id>/undo/", listings_imports.undo, name="listings_import_undo"),
    path("same/", listings_imports.pairs, name="listings_pairs"),
    path("same/plain/", listings_imports.join_plain, name="listings_join_plain"),
    path("same/<uuid:pair_id>/", listings_imports.decide, name="listings_pair"),
    path("joined/<uuid:join_id>/undo/", listings_merging.undo_merge, name="listing_unmerge"),
    path("<uuid:program_id>/twin/", listings_merging.find_twin, name="listing_twin"),
    path("<uuid:program_id>/twin/<uuid:other_id>/", listings_merging.merge, name="listing_merge"),
    path("<uuid:program_id>/", listings.listing, name="listing"),
    path("<uuid:program_id>/correct/", listings.correct, name="listing_correct"),
    path("<uuid:program_id>/changes/<int:change_id>/take-back/", listings.take_back, name="listing_take_back"),
    path("<uuid:program_id>/verify/", listings.verify, name="listing_verify"),
    path("<uuid:program_id>/packets/", packets.listing_packets, name="listing_packets"),
    path("<uuid:program_id>/status/", listings.change_status, name="listing_status"),
]
