"""The drawing backend `animatediff`: Stable Diffusion 1.5 with AnimateDiff's motion, held to the scene's boxes.

Begin at `seehear.draw.animatediff.drawer`; nothing here is imported before it is asked for.

References: Guo et al., "AnimateDiff", ICLR 2024; Pham et al., "SpA2V", ACM Multimedia 2025 (layout-grounded half).
"""

__all__: list[str] = []
