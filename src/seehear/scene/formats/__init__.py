"""Foreign formats of scenes, one file each."""

from seehear.scene.formats.dcase import dcase_from_scene, scene_from_dcase
from seehear.scene.formats.spa2v import scene_from_spa2v, spa2v_from_scene

__all__ = ["dcase_from_scene", "scene_from_dcase", "scene_from_spa2v", "spa2v_from_scene"]
