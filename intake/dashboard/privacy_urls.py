from django.urls import path

from intake.dashboard import privacy_room as room

urlpatterns = [
    path("", room.room, name="desk_privacy"),
    path("texts/", room.texts, name="desk_privacy_texts"),
    path("texts/<uuid:text_id>/", room.sign_text, name="desk_privacy_sign_text"),
    path("restrictions/<uuid:restriction_id>/", room.restriction, name="desk_privacy_restriction"),
    path("accountings/new/", room.ask_accounting, name="desk_privacy_ask_accounting"),
    path("accountings/<uuid:accounting_id>/", room.accounting, name="desk_privacy_accounting"),
    path("accountings/<uuid:accounting_id>/pdf/", room.accounting_as_pdf, name="desk_privacy_accounting_pdf"),
    path("accountings/<uuid:accounting_id>/answered/", room.accounting_answered, name="desk_privacy_answered"),
    path("breaches/new/", room.new_breach, name="desk_privacy_new_breach"),
    path("breaches/<uuid:breach_id>/", room.breach, name="desk_privacy_breach"),
    path("official/<uuid:official_id>/", room.official_request, name="desk_privacy_official"),
    path("official/<uuid:official_id>/order/", room.court_order, name="desk_privacy_court_order"),
    path("sealed/<uuid:sealed_id>/", room.sealed, name="desk_privacy_sealed"),
    path("consents/<uuid:consent_id>/", room.held_consent, name="desk_privacy_held"),
]
