"""Words that the starter model does not know, by the entry that is nearest to them.

They go into ``vocabulary.json``, so that a prompt outside the vocabulary gets a fair answer.
English words are written in the singular.
"""

from __future__ import annotations

#: Id of a subject: English words, Chinese words; split at ``|``.
SUBJECTS: dict[str, tuple[str, str]] = {
    "water bottle": ("flask|thermos|canteen|tumbler|drinking bottle|shaker", "保温杯|保温瓶|水杯"),
    "wine bottle": (
        "wine|champagne|beer|whisky|whiskey|vodka|olive oil|sauce",
        "红酒|啤酒|香槟|白酒|酱油",
    ),
    "perfume bottle": ("fragrance|cologne|eau de toilette|scent", "香氛|古龙水"),
    "spray bottle": ("cleaner|spray|disinfectant|hairspray", "清洁剂|喷雾"),
    "pump bottle": (
        "shampoo|lotion|soap|shower gel|conditioner|sanitizer|body wash",
        "洗发水|沐浴露|肥皂",
    ),
    "jar": ("cream|honey|jam|moisturizer|moisturiser|balm|pickle", "面霜|蜂蜜|果酱"),
    "can": ("soda|cola|tin|energy drink|tuna", "可乐|汽水|罐头"),
    "tube": ("toothpaste|sunscreen|hand cream|ointment|gel", "牙膏|防晒霜"),
    "mug": ("cup|cocoa|teacup", "水杯"),
    "coffee cup": ("coffee|espresso|latte|cappuccino|takeaway", "咖啡|拿铁"),
    "drink": (
        "juice|cocktail|lemonade|smoothie|water|milkshake|glass|tea drink",
        "奶茶|鸡尾酒|柠檬水",
    ),
    "bowl": ("soup|noodle|salad|rice|cereal|dish|plate|meal|pasta", "面条|米饭|沙拉|盘子"),
    "vase": ("ceramic|pottery|urn|pot", "陶瓷|花盆"),
    "candle": ("tealight|incense", "香薰"),
    "teapot": ("tea|kettle|coffee pot", "茶|水壶"),
    "lipstick": ("makeup|cosmetic|mascara|lip gloss|eyeliner|nail polish", "化妆品|睫毛膏|指甲油"),
    "box": (
        "package|parcel|carton box|crate|product|medicine|cereal box|container",
        "包裹|纸箱|产品|药盒",
    ),
    "gift": ("surprise|reward|giveaway|voucher", "惊喜|奖品"),
    "milk carton": ("milk|yogurt|yoghurt|oat milk", "牛奶|酸奶"),
    "pouch": ("snack|chips|crisps|coffee bean|pet food|flour|sugar|spice", "零食|薯片|咖啡豆"),
    "shopping bag": ("bag|tote|shop|store|market|grocery", "袋子|商店"),
    "handbag": ("purse|wallet|clutch|briefcase", "钱包|公文包"),
    "backpack": ("rucksack|school bag|satchel", "书包"),
    "suitcase": ("luggage|baggage|travel|trip|holiday", "行李|旅行"),
    "potted plant": ("houseplant|cactus|succulent|fern|herb", "植物|仙人掌|多肉"),
    "lamp": ("light fixture|lantern|chandelier|nightlight", "吊灯|灯笼"),
    "light bulb": ("bulb|led|idea|electricity|energy", "电灯|点子"),
    "book": ("novel|magazine|notebook|diary|course|journal|textbook", "笔记本|杂志|课程"),
    "phone": ("mobile|cellphone|iphone|app|tablet|handset", "平板|应用|移动电话"),
    "laptop": ("computer|pc|software|macbook|keyboard|website", "软件|键盘|网站"),
    "television": ("tv|display|projector|film|movie", "屏幕|投影仪|电影"),
    "camera": ("photography|lens|webcam|drone|camcorder", "镜头|无人机|摄像机"),
    "speaker": ("radio|soundbar|subwoofer|microphone", "收音机|麦克风"),
    "headphones": ("earbud|earphone|headset|podcast", "耳塞|耳麦"),
    "watch": ("smartwatch|timepiece|bracelet|chronograph", "腕表|手环"),
    "ring": ("jewelry|jewellery|necklace|earring|diamond|pendant", "项链|耳环|珠宝|首饰"),
    "sunglasses": ("glasses|eyewear|spectacle|goggle", "眼镜|护目镜"),
    "sneaker": ("trainer|footwear|sandal|slipper|heel|sock", "皮鞋|凉鞋|拖鞋"),
    "boot": ("hiking boot|wellington", "雪地靴"),
    "hat": ("cap|beanie|helmet|beret", "头盔|鸭舌帽"),
    "t-shirt": (
        "tshirt|jacket|hoodie|dress|sweater|coat|jeans|clothing|clothes|trousers",
        "外套|裙子|毛衣|裤子",
    ),
    "umbrella": ("parasol|raincoat", "阳伞|雨衣"),
    "chair": ("stool|bench|seat|table|desk|furniture", "凳子|桌子|家具"),
    "armchair": ("couch|recliner|bed|mattress|settee", "床|床垫"),
    "dumbbell": ("gym|fitness|weight|barbell|kettlebell|protein", "健身|杠铃"),
    "ball": ("football|soccer|tennis|volleyball|sport", "足球|网球|排球|运动"),
    "guitar": ("music|violin|piano|ukulele|concert", "音乐|钢琴|小提琴"),
    "trophy": ("award|medal|prize|cup final|winner", "奖牌|冠军"),
    "clock": ("time|timer|alarm|hourglass", "时间|定时器"),
    "cupcake": ("cookie|biscuit|pastry|croissant|brownie", "饼干|点心"),
    "cake": ("pie|dessert|bread|cheesecake|chocolate", "面包|甜点|巧克力"),
    "donut": ("bagel|pretzel", "面包圈"),
    "ice cream": ("gelato|sorbet|popsicle|ice lolly", "雪糕|冰棍"),
    "burger": ("sandwich|pizza|hot dog|fries|fast food|taco|restaurant", "三明治|披萨|快餐"),
    "apple": (
        "fruit|orange fruit|peach|tomato|cherry|lemon|strawberry|vegetable",
        "水果|桃子|番茄|草莓",
    ),
    "pear": ("avocado|mango|fig", "牛油果|芒果"),
    "pumpkin": ("halloween|squash|melon|watermelon", "万圣节|西瓜"),
    "car": (
        "bicycle|bike|motorcycle|scooter|suv|vehicle|taxi|automobile|truck|lorry",
        "自行车|摩托车|车|卡车|出租车",
    ),
    "van": ("bus|minibus|camper|delivery|ambulance|train", "公交车|快递|火车"),
    "rocket": ("plane|airplane|aeroplane|spaceship|startup|launch|jet", "飞机|飞船"),
    "sailboat": ("ship|yacht|cruise|ferry|canoe|kayak", "游艇|轮船"),
    "house": ("home|building|apartment|real estate|cabin|castle|hotel", "公寓|大楼|酒店"),
    "balloon": ("party|hot air balloon|birthday", "派对|生日"),
    "heart": ("love|valentine|health|wedding", "爱情|健康|婚礼"),
    "star": ("favourite|favorite|rating|sparkle", "评分"),
    "tree": ("pine|forest|christmas|bush|wood", "森林|圣诞"),
    "flower": ("rose|tulip|bouquet|daisy|sunflower|orchid", "玫瑰|花束|郁金香|向日葵"),
    "bell": ("doorbell|chime|jingle", "门铃"),
    "crown": ("king|queen|tiara|royal", "国王|王冠"),
    "snowman": ("winter scene|snow|penguin", "雪"),
}  # fmt: skip

#: Id of a colour: English words, Chinese words.
COLOURS: dict[str, tuple[str, str]] = {
    "red": ("crimson|scarlet|burgundy|maroon|ruby", "鲜红|深红|酒红"),
    "orange": ("amber|coral|terracotta|copper", "橘色|橘红|珊瑚色"),
    "yellow": ("gold|golden|mustard|lemon yellow", "金色|金黄"),
    "green": ("olive|emerald|lime|forest green|dark green", "墨绿|翠绿|深绿"),
    "mint": ("pale green|sage", "浅绿"),
    "teal": ("turquoise|cyan|aqua", "青绿|湖蓝"),
    "light blue": ("baby blue|pale blue|azure", "淡蓝"),
    "blue": ("cobalt|royal blue|indigo", "宝蓝"),
    "navy": ("midnight blue", "海军蓝"),
    "purple": ("lavender|lilac|magenta|plum", "淡紫|薰衣草色"),
    "pink": ("rose gold|fuchsia|salmon|peach pink", "玫红|桃红"),
    "brown": ("bronze|chocolate brown|tan", "咖啡色|褐色"),
    "beige": ("ivory|sand|nude|khaki", "象牙色|卡其色"),
    "black": ("charcoal|ebony", "漆黑|炭黑"),
    "grey": ("silver|slate", "银色|银灰"),
    "white": ("pearl|snow white", "乳白|珍珠白"),
}
#: Subjects that stand in for a product that nothing resembles, the plainest first.
NEUTRAL = ("box", "gift")
#: Openings of captions that the training used and that change nothing; the fillers come on top.
IGNORED_ENGLISH = ("photo", "product photo", "studio photo", "advert", "picture", "background")
IGNORED_CHINESE = ("产品照片", "一张照片", "照片", "广告图")
