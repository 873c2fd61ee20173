"""Which voice a label has, how loud it is, and under which speed that is said.

``level_db``: integrated loudness at 1 m, LUFS. Life spans 100 dB between a clock and a helicopter; here the order is
kept and the span pressed into 30 dB, so that everything fits below full scale. ``gain_db`` brings the family's raw
sound to that level; `bench/voices_table.py` measures it, and a test holds it within 1.5 dB.
"""

from importlib import import_module
from typing import NamedTuple, cast

from seehear.voices.stage import Voice


class Row(NamedTuple):
    """One label.

    Attributes:
        target: ``file:NAME`` of the voice, imported only when it is played.
        level_db: LUFS at 1 m under the nominal drive.
        gain_db: applied to the raw sound.
        speed: m/s of the nominal drive.
        fastest: m/s; tracks that say more are held to it.
    """

    target: str
    level_db: float
    gain_db: float
    speed: float = 0.0
    fastest: float = 90.0


CATALOGUE: dict[str, Row] = {
    "airplane": Row("rotor:JET", -17.0, -7.5, 0.0, 300.0),
    "alarm": Row("signal:ALARM", -22.0, -20.5, 0.0, 90.0),
    "alarm clock": Row("bell:ALARM_CLOCK", -25.0, -18.8, 0.0, 90.0),
    "applause": Row("impact:APPLAUSE", -23.0, -9.1, 0.0, 90.0),
    "baby": Row("crowd:BABY", -22.0, -22.0, 0.0, 90.0),
    "bell": Row("bell:BELL", -23.0, -15.3, 0.0, 90.0),
    "bicycle": Row("wheel:BICYCLE", -34.0, -21.3, 4.0, 20.0),
    "bicycle bell": Row("bell:BICYCLE_BELL", -27.0, -17.0, 0.0, 90.0),
    "bird": Row("animal:BIRD", -28.0, -21.5, 0.0, 40.0),
    "boat": Row("engine:BOAT", -20.0, -25.0, 4.0, 16.0),
    "bounce": Row("impact:BOUNCE", -29.0, -5.1, 0.0, 90.0),
    "bubbles": Row("water:BUBBLES", -32.0, -36.9, 0.0, 90.0),
    "bus": Row("engine:BUS", -19.0, -25.4, 12.0, 40.0),
    "car": Row("engine:CAR", -21.0, -30.3, 14.0, 60.0),
    "cart": Row("wheel:CART", -28.0, -13.8, 1.4, 6.0),
    "cat": Row("animal:CAT", -27.0, -27.3, 0.0, 20.0),
    "clap": Row("impact:CLAP", -33.0, -5.2, 0.0, 90.0),
    "clock": Row("signal:CLOCK", -38.0, -16.9, 0.0, 90.0),
    "contact": Row("texture:CONTACT", -31.0, -8.2, 0.0, 90.0),
    "cow": Row("animal:COW", -22.0, -21.3, 0.0, 20.0),
    "cricket": Row("animal:CRICKET", -34.0, -21.9, 0.0, 20.0),
    "crowd": Row("crowd:CROWD", -23.0, -29.0, 0.0, 90.0),
    "dog": Row("animal:DOG", -23.0, -19.7, 0.0, 20.0),
    "door": Row("impact:DOOR", -27.0, -14.0, 0.0, 90.0),
    "drone": Row("rotor:DRONE", -23.0, -25.1, 0.0, 30.0),
    "drum": Row("impact:DRUM", -29.0, -17.0, 0.0, 90.0),
    "fan": Row("rotor:FAN", -31.0, -23.0, 0.0, 10.0),
    "fire": Row("weather:FIRE", -28.0, -9.4, 0.0, 90.0),
    "footsteps": Row("step:FOOTSTEPS", -33.0, -12.8, 1.4, 10.0),
    "friction": Row("texture:FRICTION", -32.0, -32.5, 0.0, 90.0),
    "frog": Row("animal:FROG", -29.0, -21.0, 0.0, 20.0),
    "glass": Row("impact:GLASS", -26.5, -12.1, 0.0, 90.0),
    "gravel": Row("step:GRAVEL", -34.0, -8.4, 1.4, 10.0),
    "guitar": Row("string:GUITAR", -26.0, -10.8, 0.0, 90.0),
    "hammer": Row("impact:HAMMER", -24.0, -12.3, 0.0, 90.0),
    "helicopter": Row("rotor:HELICOPTER", -16.0, -16.5, 0.0, 90.0),
    "horn": Row("signal:HORN", -19.0, -20.8, 0.0, 90.0),
    "horse": Row("step:HORSE", -26.0, -9.4, 3.5, 18.0),
    "knock": Row("impact:KNOCK", -27.0, -14.7, 0.0, 90.0),
    "laugh": Row("crowd:LAUGH", -25.0, -21.8, 0.0, 90.0),
    "motorcycle": Row("engine:MOTORCYCLE", -19.0, -33.0, 14.0, 70.0),
    "person": Row("crowd:PERSON", -33.0, -12.8, 1.4, 10.0),
    "phone": Row("bell:PHONE", -26.0, -17.7, 0.0, 90.0),
    "piano": Row("string:PIANO", -23.0, -5.3, 0.0, 90.0),
    "pig": Row("animal:PIG", -27.0, -23.3, 0.0, 20.0),
    "pouring": Row("water:POURING", -31.0, -34.9, 0.0, 90.0),
    "propeller plane": Row("rotor:PROPELLER", -17.0, -19.0, 0.0, 150.0),
    "rain": Row("weather:RAIN", -26.0, -2.6, 0.0, 90.0),
    "sheep": Row("animal:SHEEP", -24.0, -22.8, 0.0, 20.0),
    "siren": Row("signal:SIREN", -17.0, -16.3, 0.0, 90.0),
    "skateboard": Row("wheel:SKATEBOARD", -27.0, -16.7, 4.0, 15.0),
    "speech": Row("crowd:SPEECH", -25.0, -24.0, 0.0, 90.0),
    "stream": Row("water:STREAM", -28.0, -30.2, 0.0, 90.0),
    "surf": Row("water:SURF", -24.0, -13.5, 0.0, 90.0),
    "thunder": Row("weather:THUNDER", -29.0, -6.5, 0.0, 90.0),
    "tractor": Row("engine:TRACTOR", -20.0, -26.5, 4.0, 12.0),
    "traffic": Row("wheel:TRAFFIC", -25.0, -24.2, 0.0, 90.0),
    "train": Row("wheel:TRAIN", -20.0, -11.6, 18.0, 90.0),
    "truck": Row("engine:TRUCK", -19.0, -27.6, 14.0, 40.0),
    "wind": Row("weather:WIND", -27.0, -25.7, 0.0, 90.0),
}


def voice_of(row: Row) -> Voice:
    """Import and give a row's voice."""
    file, _, name = row.target.partition(":")
    return cast(Voice, getattr(import_module(f"seehear.voices.{file}"), name))
