"""Which time zones a state keeps, so that nobody is called in the middle of their night.

Source: 49 CFR part 71 (limits of the standard time zones; states and parts of states) by the names of the IANA time
zone database; written from both as known to us on 2026-11-24, the text of the regulation was not at hand. A state that
keeps two zones is given both: who asks must be right in each.
"""

EASTERN, CENTRAL, MOUNTAIN, PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"

STATE_ZONES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("CT", "DC", "DE", "GA", "MA", "MD", "ME", "NC", "NH", "NJ", "NY", "OH", "PA", "RI", "SC", "VA", "VT", "WV"),
        (EASTERN,),
    ),
    **dict.fromkeys(("AL", "AR", "IA", "IL", "LA", "MN", "MO", "MS", "OK", "WI"), (CENTRAL,)),
    **dict.fromkeys(("CO", "MT", "NM", "UT", "WY"), (MOUNTAIN,)),
    **dict.fromkeys(("CA", "WA"), (PACIFIC,)),
    **dict.fromkeys(("KS", "ND", "NE", "SD", "TX"), (CENTRAL, MOUNTAIN)),
    **dict.fromkeys(("FL", "KY", "TN"), (EASTERN, CENTRAL)),
    "AK": ("America/Anchorage", "America/Adak"),
    "AS": ("Pacific/Pago_Pago",),
    "AZ": ("America/Phoenix", MOUNTAIN),  # the Navajo Nation keeps summer time
    "FM": ("Pacific/Chuuk", "Pacific/Pohnpei"),
    "GU": ("Pacific/Guam",),
    "HI": ("Pacific/Honolulu",),
    "ID": ("America/Boise", PACIFIC),
    "IN": ("America/Indiana/Indianapolis", CENTRAL),
    "MH": ("Pacific/Majuro",),
    "MI": ("America/Detroit", "America/Menominee"),
    "MP": ("Pacific/Saipan",),
    "NV": (PACIFIC, MOUNTAIN),
    "OR": (PACIFIC, "America/Boise"),
    "PR": ("America/Puerto_Rico",),
    "PW": ("Pacific/Palau",),
    "VI": ("America/St_Thomas",),
}
