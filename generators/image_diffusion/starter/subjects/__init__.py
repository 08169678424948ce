"""The list of subjects: words and the shape that is drawn for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from generators.image_diffusion.starter.subjects import (
    bottles,
    devices,
    festive,
    food,
    home,
    packages,
    wear,
)
from generators.image_diffusion.starter.vocabulary import Word

if TYPE_CHECKING:
    import numpy as np

    from generators.image_diffusion.starter.mesh import Model

Shape = Callable[["np.random.Generator"], "Model"]


def _entry(id_: str, shape: Shape, english: str, chinese: str) -> tuple[Word, Shape]:
    return Word(id_, tuple(english.split("|")), tuple(chinese.split("|"))), shape


_ALL = (
    _entry(
        "water bottle", bottles.water_bottle, "water bottle|bottle|thermos bottle", "水瓶|水壶|瓶子"
    ),
    _entry("wine bottle", bottles.wine_bottle, "wine bottle", "酒瓶|红酒瓶"),
    _entry("perfume bottle", bottles.perfume, "perfume bottle|perfume", "香水瓶|香水"),
    _entry("spray bottle", bottles.spray_bottle, "spray bottle", "喷雾瓶|喷壶"),
    _entry("pump bottle", bottles.pump_bottle, "pump bottle|soap dispenser", "按压瓶|洗手液"),
    _entry("jar", bottles.jar, "jar|cream jar", "面霜罐|罐子"),
    _entry("can", bottles.can, "can|soda can", "易拉罐|罐装饮料"),
    _entry("tube", bottles.cosmetic_tube, "tube|tube of cream", "软管|护手霜"),
    _entry("mug", bottles.mug, "mug|coffee mug", "马克杯|杯子"),
    _entry("coffee cup", bottles.coffee_cup, "coffee cup|paper cup", "咖啡杯|纸杯"),
    _entry("drink", bottles.drinking_glass, "drink|glass of juice", "饮料|果汁"),
    _entry("bowl", bottles.bowl, "bowl", "碗"),
    _entry("vase", bottles.vase, "vase", "花瓶"),
    _entry("candle", bottles.candle, "candle|scented candle", "蜡烛|香薰蜡烛"),
    _entry("teapot", bottles.teapot, "teapot", "茶壶"),
    _entry("lipstick", bottles.lipstick, "lipstick", "口红|唇膏"),
    _entry("box", packages.carton, "box|product box", "盒子|包装盒"),
    _entry("gift", packages.gift, "gift|gift box|present", "礼物|礼盒"),
    _entry("milk carton", packages.milk_carton, "milk carton|carton", "牛奶盒"),
    _entry("pouch", packages.pouch, "pouch|coffee bag", "自立袋|咖啡袋"),
    _entry("shopping bag", packages.shopping_bag, "shopping bag|paper bag", "购物袋|纸袋"),
    _entry("handbag", packages.handbag, "handbag", "手提包|女包"),
    _entry("backpack", packages.backpack, "backpack", "背包|双肩包"),
    _entry("suitcase", packages.suitcase, "suitcase|trolley case", "行李箱|拉杆箱"),
    _entry("potted plant", home.plant_pot, "potted plant|plant", "盆栽|绿植"),
    _entry("lamp", home.lamp, "lamp|table lamp", "台灯|灯"),
    _entry("light bulb", home.light_bulb, "light bulb", "灯泡"),
    _entry("book", home.book, "book", "书|书本"),
    _entry("phone", devices.phone, "phone|smartphone", "手机|智能手机"),
    _entry("laptop", devices.laptop, "laptop|notebook computer", "笔记本电脑|电脑"),
    _entry("television", devices.television, "television|monitor|screen", "电视|显示器"),
    _entry("camera", devices.camera, "camera", "相机"),
    _entry("speaker", devices.speaker, "speaker|loudspeaker", "音箱|音响"),
    _entry("headphones", devices.headphones, "headphones", "耳机|头戴式耳机"),
    _entry("watch", wear.watch, "watch|wristwatch", "手表"),
    _entry("ring", wear.ring, "ring|diamond ring", "戒指"),
    _entry("sunglasses", wear.sunglasses, "sunglasses", "太阳镜|墨镜"),
    _entry("sneaker", wear.sneaker, "sneaker|shoe|running shoe", "运动鞋|鞋子|跑鞋"),
    _entry("boot", wear.boot, "boot", "靴子"),
    _entry("hat", wear.hat, "hat", "帽子"),
    _entry("t-shirt", wear.tshirt, "t-shirt|shirt", "T恤|衣服"),
    _entry("umbrella", wear.umbrella, "umbrella", "雨伞|伞"),
    _entry("chair", home.chair, "chair", "椅子"),
    _entry("armchair", home.armchair, "armchair|sofa", "沙发|扶手椅"),
    _entry("dumbbell", wear.dumbbell, "dumbbell", "哑铃"),
    _entry("ball", wear.ball, "ball|basketball", "球|篮球"),
    _entry("guitar", devices.guitar, "guitar", "吉他"),
    _entry("trophy", wear.trophy, "trophy", "奖杯"),
    _entry("clock", devices.clock, "clock", "时钟|闹钟"),
    _entry("cupcake", food.cupcake, "cupcake|muffin", "纸杯蛋糕"),
    _entry("cake", food.cake, "cake|birthday cake", "蛋糕|生日蛋糕"),
    _entry("donut", food.donut, "donut|doughnut", "甜甜圈"),
    _entry("ice cream", food.ice_cream, "ice cream|ice cream cone", "冰淇淋|甜筒"),
    _entry("burger", food.burger, "burger|hamburger", "汉堡"),
    _entry("apple", food.apple, "apple", "苹果"),
    _entry("pear", food.pear, "pear", "梨"),
    _entry("pumpkin", food.pumpkin, "pumpkin", "南瓜"),
    _entry("car", festive.car, "car", "汽车|轿车"),
    _entry("van", festive.van, "van|delivery van", "货车|面包车"),
    _entry("rocket", festive.rocket, "rocket", "火箭"),
    _entry("sailboat", festive.sailboat, "sailboat|boat", "帆船|船"),
    _entry("house", home.house, "house", "房子"),
    _entry("balloon", festive.balloon, "balloon", "气球"),
    _entry("heart", festive.heart, "heart", "爱心|心形"),
    _entry("star", festive.star, "star", "星星|五角星"),
    _entry("tree", festive.tree, "tree|christmas tree", "树|圣诞树"),
    _entry("flower", home.flower, "flower", "花|花朵"),
    _entry("bell", festive.bell, "bell", "铃铛"),
    _entry("crown", festive.crown, "crown", "皇冠"),
    _entry("snowman", festive.snowman, "snowman", "雪人"),
)

SUBJECTS: dict[str, Word] = {word.id: word for word, _ in _ALL}
SHAPES: dict[str, Shape] = {word.id: shape for word, shape in _ALL}
