"""Appeals, as voters write them and officers read them."""

from service.languages import marked

GROUNDS = {
    "cast-it-myself": marked("I cast this ballot myself, of my own free will"),
    "shared-network": marked("I share my connection with many others, as at home, at school, at work or in a library"),
    "shared-device": marked("Others vote with the same device as well"),
    "was-helped": marked("Somebody helped me, and I decided myself"),
}
"""On what grounds a voter asks for her ballot back."""

APPEALS = {"open": marked("Not answered yet"), "granted": marked("Granted"), "refused": marked("Refused")}
"""What became of an appeal."""
