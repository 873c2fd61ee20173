"""Everything that can be on: its word, what it does in words, its drawing, and how it is set off.

A label is a word that `seehear.voices` knows, so whoever reads the scene can make its sound.
"""

from typing import Literal, NamedTuple

from seehear.figures import aircraft, animals, instruments, machines, people, vehicles
from seehear.figures.vehicles import Maker

Doing = Literal["steady", "calls", "struck"]
Stand = Literal["floor", "wall", "air"]


class Character(NamedTuple):
    """One kind of thing.

    Attributes:
        caption: a sentence about it.
        maker: draws it.
        doing: sounds all the time; utters by itself; or sounds when struck, at contacts.
        stand: where it is.
        every: seconds between contacts, least and most.
        places: where it may be met: i indoors, o outdoors.
    """

    caption: str
    maker: Maker
    doing: Doing
    stand: Stand = "floor"
    every: tuple[float, float] = (0.0, 0.0)
    places: str = "io"


CAST: dict[str, Character] = {
    "guitar": Character("a guitar is strummed", instruments.guitar, "struck", every=(0.35, 0.7), places="i"),
    "piano": Character("a piano plays", instruments.piano, "struck", every=(0.3, 0.6), places="i"),
    "drum": Character("a drum is beaten", instruments.drum, "struck", every=(0.28, 0.6)),
    "bell": Character("a bell is struck", instruments.bell, "struck", every=(0.9, 1.6)),
    "hammer": Character("a hammer strikes an anvil", instruments.hammer, "struck", every=(0.5, 0.9)),
    "ball": Character("a ball bounces", instruments.ball, "struck", every=(0.4, 0.8)),
    "speaker": Character("a person speaks", people.speaker, "calls"),
    "person": Character("a person walks", people.walker, "struck", every=(0.5, 0.6)),
    "fan": Character("a fan hums", machines.fan, "steady", places="i"),
    "clock": Character("a clock ticks", machines.clock, "struck", "wall", (0.5, 0.5), "i"),
    "phone": Character("a telephone rings", machines.phone, "calls", places="i"),
    "alarm clock": Character("an alarm clock rings", machines.alarm_clock, "calls", places="i"),
    "dog": Character("a dog barks", animals.dog, "calls"),
    "cat": Character("a cat meows", animals.cat, "calls"),
    "bird": Character("a bird sings", animals.bird, "calls", places="o"),
    "cow": Character("a cow moos", animals.cow, "calls", places="o"),
    "sheep": Character("a sheep bleats", animals.sheep, "calls", places="o"),
    "car": Character("a car", vehicles.car, "steady", places="r"),
    "bus": Character("a bus", vehicles.bus, "steady", places="r"),
    "truck": Character("a truck", vehicles.truck, "steady", places="r"),
    "motorcycle": Character("a motorcycle", vehicles.motorcycle, "steady", places="r"),
    "bicycle": Character("a bicycle", vehicles.bicycle, "steady", places="r"),
    "tractor": Character("a tractor", vehicles.tractor, "steady", places="r"),
    "ambulance": Character("an ambulance with its siren on", vehicles.ambulance, "steady", places="r"),
    "helicopter": Character("a helicopter", aircraft.helicopter, "steady", "air", places="a"),
    "drone": Character("a drone", aircraft.drone, "steady", "air", places="a"),
}


def met(place: str) -> list[str]:
    """List the labels met in a place: i indoors, o outdoors, r on roads, a in the air."""
    return sorted(label for label, one in CAST.items() if place in one.places)
